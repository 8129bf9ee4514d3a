// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { RECEIPTS } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { clockOf } from "../../clock.ts";
import { counted } from "../../counted.ts";
import { readDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { resumeLog, sealerOf } from "../../patientLog.ts";
import { nameOfEpoch } from "../../time.ts";
import { withVault } from "../../vault.ts";
import { LOG_OPTION, type LogOptions } from "./options.ts";

export function registerAccept(log: Command, io: Io): void {
  log
    .command("accept <receipts>")
    .description("Check and keep the attester's receipts, and follow the gaps that it recorded.")
    .option(...LOG_OPTION)
    .addHelpText("after", "\nExample:\n  vitalproof log accept receipts.json\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const answer = await readDocument(io, RECEIPTS, file);
      const now = await clockOf(io, options);
      const result = await withVault(io, options, async (vault) => {
        const kept = await resumeLog(vault, options.log);
        const { opening } = kept.opened;
        if (
          answer.subject !== opening.subject ||
          answer.group !== opening.group ||
          answer.profile !== opening.profile
        ) {
          throw new VitalproofError("DOCUMENT_INVALID", `${file} answers another log.`, {
            details: { file },
            hint: "Name the log with --log, or ask the attester for your own receipts.",
          });
        }
        const followed = await sealerOf(kept).accept(answer, now);
        return { name: kept.name, profile: kept.profile, offset: kept.offset, ...followed };
      });
      const name = (epoch: number): string => nameOfEpoch(result.profile, result.offset, epoch);
      io.report(
        [
          `${counted(answer.receipts.length, "receipt")} checked and kept.`,
          ...answer.refused.map(
            ({ epoch, code, message }) => `${name(epoch)}: refused, ${message} [${code}]`,
          ),
          ...result.gaps.map((epoch) => `${name(epoch)}: the attester recorded a gap; so does the log now.`),
          ...(result.resealed.length === 0
            ? []
            : [
                `Sealed again after the gaps: ${result.resealed.map(name).join(", ")}. Run \`vitalproof log seal\` and send them.`,
              ]),
        ],
        {
          log: result.name,
          receipts: answer.receipts.length,
          refused: answer.refused,
          gaps: result.gaps,
          resealed: result.resealed,
        },
      );
    });
}
