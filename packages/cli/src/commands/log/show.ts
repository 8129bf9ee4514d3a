// SPDX-License-Identifier: GPL-3.0-or-later
import { anchorDayOf, type EpochRecord, MISSING } from "@vitalproof/sdk";
import type { Command } from "commander";
import type { Io } from "../../io.ts";
import { type PatientLog, resumeLog, sealerOf } from "../../patientLog.ts";
import { dayText, nameOfEpoch } from "../../time.ts";
import { withVault } from "../../vault.ts";
import { LOG_OPTION, type LogOptions } from "./options.ts";

export function registerVerify(log: Command, io: Io): void {
  log
    .command("verify")
    .description("Recompute the whole chain and check every receipt.")
    .option(...LOG_OPTION)
    .addHelpText("after", "\nExample:\n  vitalproof log verify --json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const { name, epochs, receipts } = await withVault(io, options, async (vault) => {
        const kept = await io.during("recomputing the chain", () => resumeLog(vault, options.log));
        const checked = sealerOf(kept).verifyReceipts();
        return { name: kept.name, epochs: kept.log.epochs.length, receipts: checked };
      });
      io.report(
        [
          `Log "${name}": ${epochs} epochs follow from one another; the attester signed all ${receipts} receipts.`,
        ],
        { log: name, ok: true, epochs, receipts },
      );
    });
}

export function registerShow(log: Command, io: Io): void {
  log
    .command("show")
    .description("List the log's epochs with their state and how full they are. No reading is shown.")
    .option(...LOG_OPTION)
    .addHelpText("after", "\nExample:\n  vitalproof log show\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const shown = await withVault(io, options, async (vault) => {
        const kept = await resumeLog(vault, options.log);
        return { kept, rows: kept.log.epochs.map((record) => rowOf(kept, record)) };
      });
      const { opening } = shown.kept.opened;
      io.report(
        [
          `Log "${shown.kept.name}" of ${opening.profile}, group ${opening.group}, self-attested; ${shown.kept.log.pending} readings wait to be sealed.`,
          ...shown.rows.map(
            (row) =>
              `${row.name}  epoch ${row.epoch}  ${row.status.padEnd(8)}  ${row.filled} filled, ${row.missing} missing, ${row.moved} moved, ${row.dropped} dropped`,
          ),
        ],
        {
          log: shown.kept.name,
          profile: opening.profile,
          group: opening.group,
          offset: opening.offset,
          pending: shown.kept.log.pending,
          nextEpoch: shown.kept.log.nextEpoch,
          assurance: "self-attested",
          epochs: shown.rows,
        },
      );
    });
}

function rowOf({ log, profile, offset }: PatientLog, { epoch, status, codes, moved, dropped }: EpochRecord) {
  const missing = codes.filter((code) => code === MISSING).length;
  return {
    epoch,
    name: nameOfEpoch(profile, offset, epoch),
    status,
    filled: codes.length - missing,
    missing,
    moved,
    dropped,
    leaf: log.leaf(epoch),
    anchorDay: dayText(anchorDayOf(profile, offset, epoch)),
  };
}
