// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { registerCreate } from "./program/create.ts";
import { registerFund, registerWithdraw } from "./program/money.ts";
import { registerList, registerShow } from "./program/show.ts";

export function registerProgram(program: Command, io: Io): void {
  const family = program
    .command("program")
    .description(
      "Publish, fund and show an insurer's programs. A program says what is paid for which circuit.",
    )
    .addHelpText("after", "\nExample:\n  vitalproof program show 1 --deployment deployment.json\n");
  registerCreate(family, io);
  registerFund(family, io);
  registerWithdraw(family, io);
  registerShow(family, io);
  registerList(family, io);
}
