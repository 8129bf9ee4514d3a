// SPDX-License-Identifier: GPL-3.0-or-later
import { Argument, type Command } from "commander";
import { completionScript, SHELLS, type Shell } from "../completion.ts";
import type { Io } from "../io.ts";

export function registerCompletion(program: Command, io: Io): void {
  program
    .command("completion")
    .description("Print a script that completes commands, options and names in your shell.")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      "\nbash: add the line `source <(vitalproof completion bash)` to ~/.bashrc.\n" +
        "zsh: write it to a file _vitalproof in a folder of $fpath. fish: to ~/.config/fish/completions/vitalproof.fish.\n" +
        "With --json the script is the member `script`.\n" +
        "\nExamples:\n" +
        "  vitalproof completion bash\n" +
        "  vitalproof completion zsh > _vitalproof\n" +
        "  vitalproof completion fish > ~/.config/fish/completions/vitalproof.fish\n",
    )
    .action((shell: Shell) => {
      const script = completionScript(program, shell);
      io.report(script.split("\n").slice(0, -1), { shell, script });
    });
}
