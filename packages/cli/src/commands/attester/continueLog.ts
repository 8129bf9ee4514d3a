// SPDX-License-Identifier: GPL-3.0-or-later
import { profileOf } from "@vitalproof/sdk";
import { ENROLMENT_REQUEST, LOG_OPENING } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { withAttester } from "../../attester.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { nameOfEpoch } from "../../time.ts";
import type { WalletOptions } from "../../wallet.ts";

/** For a patient who restored an identity from its backup: the log is lost, its heads are here. */
export function registerContinueLog(attester: Command, io: Io): void {
  attester
    .command("continue-log <request>")
    .description(
      "Continue the log of a patient who lost it, with a new device, after checking who the patient is.",
    )
    .requiredOption("--out <file>", "where to write the opening for the patient")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nEpochs that are over and have no head become gaps: the new device cannot report them.\n" +
        "\nExample:\n  vitalproof attester continue-log request.json --out opening.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions & { out: string; force?: boolean }>();
      const { subject, profile: name, device } = await readDocument(io, ENROLMENT_REQUEST, file);
      const body = await withAttester(io, options, { signs: false }, async ({ attester: at, config }) => {
        const opening = await at.continueLog({ subject, profile: name, device });
        return { opening, domain: config.domain, attester: config.attester };
      });
      await writeDocument(io, LOG_OPENING, options.out, body, options);
      const { firstEpoch, offset } = body.opening;
      io.report(
        [
          `The log of ${name} goes on from ${nameOfEpoch(profileOf(name), offset, firstEpoch)} (epoch ${firstEpoch}). ${options.out} is for the patient.`,
        ],
        { file: options.out, ...body },
      );
    });
}
