// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorDayOf,
  type EpochRecord,
  type LogOpening,
  leafOf,
  MISSING,
  packContext,
  profileOf,
} from "@vitalproof/sdk";
import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { EXIT } from "../../exit.ts";
import type { Io } from "../../io.ts";
import { lookAtLog, resumeLog, sealerOf } from "../../patientLog.ts";
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
          `Log "${name}": ${counted(epochs, "epoch")} checked, each continues the one before. ${counted(receipts, "receipt")} signed by the attester.`,
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
      const { name, opened, look } = await withVault(io, options, (vault) => lookAtLog(vault, options.log));
      const { opening } = opened;
      const rows = look.epochs.map((record) => rowOf(look.opening, record));
      const profile = profileOf(look.opening.profile);
      const damaged = look.damaged.map(({ epoch, reason }) => ({
        epoch,
        name: nameOfEpoch(profile, look.opening.offset, epoch),
        reason,
      }));
      if (damaged.length > 0) io.exitCode = EXIT.no;
      io.report(
        [
          `Log "${name}" of ${opening.profile}, group ${opening.group}, self-attested; ${counted(look.pending, "reading")} ${look.pending === 1 ? "waits" : "wait"} to be sealed.`,
          ...rows.map(
            (row) =>
              `${row.name}  epoch ${row.epoch}  ${row.status.padEnd(8)}  ${row.filled} filled, ${row.missing} missing, ${row.moved} moved, ${row.dropped} dropped`,
          ),
          ...damaged.map((one) => `${one.name}  epoch ${one.epoch}  DAMAGED   ${one.reason}`),
          ...(damaged.length === 0
            ? []
            : [
                "Nothing can be sealed on a damaged log. `vitalproof vault check` names the file: put it back from a copy of the vault.",
              ]),
        ],
        {
          log: name,
          profile: opening.profile,
          group: opening.group,
          offset: opening.offset,
          pending: look.pending,
          nextEpoch: look.nextEpoch,
          assurance: "self-attested",
          epochs: rows,
          ...(damaged.length === 0 ? {} : { damaged }),
        },
      );
    });
}

function rowOf(
  { subject, profile: profileName, offset }: LogOpening,
  { epoch, status, codes, moved, dropped, head }: EpochRecord,
) {
  const profile = profileOf(profileName);
  const missing = codes.filter((code) => code === MISSING).length;
  return {
    epoch,
    name: nameOfEpoch(profile, offset, epoch),
    status,
    filled: codes.length - missing,
    missing,
    moved,
    dropped,
    leaf: leafOf(subject, packContext({ profile: profile.id, offset, epoch }), head),
    anchorDay: dayText(anchorDayOf(profile, offset, epoch)),
  };
}
