// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { catalogue } from "@vitalproof/sdk";
import { expect } from "chai";
import type { Command } from "commander";
import { EXIT } from "../src/exit.ts";
import { buildProgram } from "../src/program.ts";
import { codeOf, ioOf, vitalproof } from "./support.ts";

const world = { cwd: tmpdir() };

describe("vitalproof completion", () => {
  const script = async (shell: string): Promise<string> => {
    const ran = await vitalproof(world, "completion", shell);
    expect(ran.code).to.equal(EXIT.ok);
    return ran.out;
  };

  it("bash: a shell that sources it completes commands, options and names", async () => {
    const text = await script("bash");
    const completed = (...words: string[]): string[] => {
      const quoted = ["vitalproof", ...words].map((word) => `'${word}'`).join(" ");
      const run = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _vitalproof; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const out = execFileSync("bash", ["--norc", "-uc", `${text}\n${run}`], { encoding: "utf8" });
      return out.split("\n").filter((line) => line !== "");
    };
    expect(completed("ins")).to.deep.equal(["inspect"]);
    expect(completed("log", "")).to.include.members(["open", "add", "seal"]).and.to.not.include("check");
    expect(completed("log", "add", "--ro")).to.deep.equal(["--round"]);
    expect(completed("--json", "log", "add", "file.csv", "--z")).to.deep.equal(["--zone"]);
    expect(completed("check", "f.csv", "--round", "")).to.deep.equal(["nearest"]);
    const questions = catalogue().map(({ name }) => name);
    expect(completed("check", "f.csv", "--question", "")).to.deep.equal(questions);
    expect(completed("completion", "")).to.deep.equal(["bash", "zsh", "fish"]);
    // The shell then offers files.
    expect(completed("check", "")).to.deep.equal([]);
    expect(completed("check", "f.csv", "--zone", "")).to.deep.equal([]);
    expect(completed("check", "--ho")).to.deep.equal([]);
  });

  it("zsh and fish: every command and every option that help shows is there", async () => {
    const [zsh, fish] = [await script("zsh"), await script("fish")];
    expect(zsh.startsWith("#compdef vitalproof\n")).to.equal(true);
    const walk = (command: Command, at: string): void => {
      for (const { name, long } of command.options
        .filter(({ hidden }) => !hidden)
        .map((option) => ({ name: option.name(), long: option.long! }))) {
        expect(zsh, `${at} ${long}`).to.contain(`'${long}:`);
        expect(fish, `${at} ${long}`).to.contain(`__vitalproof_at "${at}"' -l ${long.slice(2)}`);
        expect(long).to.contain(name);
      }
      for (const each of command.commands) {
        expect(zsh).to.contain(`"${at} ${each.name()}"`);
        expect(fish).to.contain(`__vitalproof_at "${at}"' -f -a ${each.name()} `);
        walk(each, `${at} ${each.name()}`);
      }
    };
    walk(buildProgram(ioOf(world)), "");
    // Quotes of a description would end the shell's own.
    for (const line of fish.split("\n").filter((one) => one.startsWith("complete "))) {
      expect((line.match(/'/g) ?? []).length % 2, line).to.equal(0);
    }
    // What a case of zsh and one of bash share is read by bash too.
    execFileSync("bash", ["-n"], { input: zsh });
  });

  it("says the script as JSON, and which shells there are", async () => {
    const ran = await vitalproof(world, "--json", "completion", "fish");
    expect(JSON.parse(ran.out)).to.deep.equal({ shell: "fish", script: await script("fish") });
    const unknown = await vitalproof(world, "--json", "completion", "csh");
    expect([unknown.code, codeOf(unknown)]).to.deep.equal([EXIT.usage, "USAGE"]);
    expect(unknown.err).to.contain("bash, zsh, fish");
  });
});
