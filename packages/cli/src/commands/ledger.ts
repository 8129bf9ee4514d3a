// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { registerAccept } from "./ledger/accept.ts";
import { registerAccounting } from "./ledger/accounting.ts";
import { registerArchive, registerCheckArchive } from "./ledger/archive.ts";
import { registerBind } from "./ledger/bind.ts";
import { registerConsents, registerShare } from "./ledger/consents.ts";
import { registerBatch } from "./ledger/custodianBatch.ts";
import { registerOffer, registerTake, registerTakeRevocation } from "./ledger/custodianConsents.ts";
import { registerOpenPage } from "./ledger/custodianOpen.ts";
import { registerDecide, registerRecord } from "./ledger/custodianRecord.ts";
import { registerRecordLog } from "./ledger/custodianRecordLog.ts";
import { registerCustodianStatus, registerMaster } from "./ledger/custodianStatus.ts";
import { registerDisclose } from "./ledger/disclose.ts";
import { registerAcceptPage, registerHandOver } from "./ledger/handOver.ts";
import { registerPage, registerRebuild } from "./ledger/page.ts";
import { registerRegister } from "./ledger/register.ts";
import { registerRevoke } from "./ledger/revoke.ts";

export function registerLedger(program: Command, io: Io): void {
  const ledger = program
    .command("ledger")
    .description(
      "Give and revoke consents of the health ledger, read who looked at data, keep pages and check them.",
    )
    .addHelpText(
      "after",
      "\nA consent is named by its page and slot, such as 1/3.\n" +
        "\nExamples:\n  vitalproof ledger accounting 1/3 --zone Europe/Berlin --out accounting.html\n" +
        "  vitalproof ledger page 1 --deployment deployment.json\n",
    );
  registerAccept(ledger, io);
  registerConsents(ledger, io);
  registerAccounting(ledger, io);
  registerRevoke(ledger, io);
  registerBind(ledger, io);
  registerShare(ledger, io);
  registerRegister(ledger, io);
  registerPage(ledger, io);
  registerRebuild(ledger, io);
  registerArchive(ledger, io);
  registerCheckArchive(ledger, io);
  registerDisclose(ledger, io);
  registerOpenPage(ledger, io);
  registerOffer(ledger, io);
  registerTake(ledger, io);
  registerTakeRevocation(ledger, io);
  registerRecord(ledger, io);
  registerRecordLog(ledger, io);
  registerDecide(ledger, io);
  registerBatch(ledger, io);
  registerCustodianStatus(ledger, io);
  registerMaster(ledger, io);
  registerHandOver(ledger, io);
  registerAcceptPage(ledger, io);
}
