// SPDX-License-Identifier: GPL-3.0-or-later

import { SIGNED_HEADS } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { clockOf } from "../../clock.ts";
import { counted } from "../../counted.ts";
import { loadDevice } from "../../device.ts";
import { writeDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { resumeLog, sealerOf } from "../../patientLog.ts";
import { nameOfEpoch, parseEpoch } from "../../time.ts";
import { withVault } from "../../vault.ts";
import { LOG_OPTION, type LogOptions, type Out } from "./options.ts";

export function registerSeal(log: Command, io: Io): void {
  log
    .command("seal")
    .description("Seal the epochs that are over, sign their heads, and write those without a receipt.")
    .option(...LOG_OPTION)
    .option(
      "--until <epoch>",
      "last epoch to seal: a date, a time in it, or its number (default: all that are over)",
    )
    .option("--device <name>", "the device's key in the vault", "simulated")
    .requiredOption("--out <file>", "where to write the signed heads")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nA sealed epoch takes no more readings: add a day's file first. What a simulated device signs is self-attested.\n" +
        "\nExample:\n  vitalproof log seal --until 2026-03-02 --out heads.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions & Out & { until?: string; device: string }>();
      const now = await clockOf(io, options);
      const { kept, sealed, heads } = await withVault(io, options, async (vault) => {
        const device = await loadDevice(vault, options.device);
        const found = await resumeLog(vault, options.log);
        const sealer = sealerOf(found, device);
        const until =
          options.until === undefined ? undefined : parseEpoch(found.profile, found.offset, options.until);
        const reports = await io.during("sealing", (say) =>
          sealer.seal(now, until, (done, of) => say(`${done} of ${counted(of, "epoch")}`)),
        );
        return { kept: found, sealed: reports, heads: await sealer.unsent() };
      });
      if (heads.length > 0) await writeDocument(io, SIGNED_HEADS, options.out, { heads }, options);
      io.report(
        [
          ...sealed.map(
            ({ epoch, filled, missing, moved, dropped }) =>
              `${nameOfEpoch(kept.profile, kept.offset, epoch)}: sealed, ${counted(filled, "slot")} filled, ${missing} missing, ${moved} moved, ${dropped} dropped`,
          ),
          heads.length === 0
            ? "Nothing to send: the attester has answered every epoch that is over."
            : `${heads.length} signed ${heads.length === 1 ? "head" : "heads"} in ${options.out}, for the attester. Self-attested; it holds no reading.`,
        ],
        {
          log: kept.name,
          sealed: sealed.map(({ head: _head, ...counts }) => counts),
          heads: heads.length,
          assurance: "self-attested",
          ...(heads.length > 0 ? { file: options.out } : {}),
        },
      );
    });
}
