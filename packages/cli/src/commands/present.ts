// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { registerApply } from "./present/apply.ts";
import { registerNew } from "./present/new.ts";
import { registerVerify } from "./present/verify.ts";

export function registerPresent(program: Command, io: Io): void {
  const present = program
    .command("present")
    .description("Answer a verifier's request off chain, or verify such an answer.")
    .addHelpText(
      "after",
      "\n`vitalproof present --request …` is short for `vitalproof present new --request …`.\n" +
        "\nExample:\n  vitalproof present new --request request.json --out presentation.json\n",
    );
  registerNew(present, io);
  registerApply(present, io);
  registerVerify(present, io);
}
