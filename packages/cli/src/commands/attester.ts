// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { registerAnchor, registerCloseDay, registerPath } from "./attester/anchor.ts";
import { registerAttestHolder } from "./attester/attestHolder.ts";
import { registerContinueLog } from "./attester/continueLog.ts";
import { registerEnrol, registerOpenLog } from "./attester/enrol.ts";
import { registerInit } from "./attester/init.ts";
import { registerIntake } from "./attester/intake.ts";
import { registerErase } from "./erase.ts";
import { registerEraseAgain } from "./eraseAgain.ts";
import { registerService } from "./service.ts";

export function registerAttester(program: Command, io: Io): void {
  const attester = program
    .command("attester")
    .description("Run a group: enrol devices, accept heads, and anchor one root per day.")
    .addHelpText(
      "after",
      "\nExamples:\n  vitalproof attester init --anchors 0x… --new-group --keystore attester.json\n  vitalproof attester intake heads.json --keystore attester.json --out receipts.json\n",
    );
  registerInit(attester, io);
  registerEnrol(attester, io);
  registerOpenLog(attester, io);
  registerContinueLog(attester, io);
  registerIntake(attester, io);
  registerCloseDay(attester, io);
  registerAnchor(attester, io);
  registerPath(attester, io);
  registerAttestHolder(attester, io);
  registerErase(attester, io, "attester");
  registerEraseAgain(attester, io, "attester");
  registerService(attester, io, "attester");
}
