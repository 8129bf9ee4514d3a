// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { registerAccept } from "./log/accept.ts";
import { registerAdd } from "./log/add.ts";
import { registerOpen, registerRequest } from "./log/open.ts";
import { registerSeal } from "./log/seal.ts";
import { registerShow, registerVerify } from "./log/show.ts";

export function registerLog(program: Command, io: Io): void {
  const log = program
    .command("log")
    .description("Keep the patient's log: add readings, seal epochs, and keep receipts.")
    .addHelpText(
      "after",
      "\nExamples:\n  vitalproof log add clarity.csv --zone Europe/Berlin\n  vitalproof log seal --out heads.json\n",
    );
  registerRequest(log, io);
  registerOpen(log, io);
  registerAdd(log, io);
  registerSeal(log, io);
  registerAccept(log, io);
  registerVerify(log, io);
  registerShow(log, io);
}
