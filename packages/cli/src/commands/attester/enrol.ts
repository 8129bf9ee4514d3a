// SPDX-License-Identifier: GPL-3.0-or-later
import { profileOf } from "@vitalproof/sdk";
import { ENROLMENT_REQUEST, LOG_OPENING } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { withAttester } from "../../attester.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { nameOfEpoch, parseEpoch } from "../../time.ts";
import type { WalletOptions } from "../../wallet.ts";
import { OUT, type Out } from "./out.ts";

export function registerEnrol(attester: Command, io: Io): void {
  attester
    .command("enrol <request>")
    .description("Register a patient and a device, after checking who the patient is.")
    .addHelpText(
      "after",
      "\nThis verifies nothing: it records what you have established.\n\nExample:\n  vitalproof attester enrol request.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions>();
      const { subject, profile, device } = await readDocument(io, ENROLMENT_REQUEST, file);
      await withAttester(io, options, { signs: false }, ({ attester: at }) =>
        at.register({ subject, device, profile }),
      );
      io.report(
        [
          `Registered: a patient, and a device (${device.curve} ${device.publicKey}) for ${profile}.`,
          "Nothing was verified here. You vouch that the request is this patient's, and that the device is theirs.",
        ],
        { subject, profile, device },
      );
    });
}

export function registerOpenLog(attester: Command, io: Io): void {
  attester
    .command("open-log <request>")
    .description("Open the log of an enrolled patient and make its genesis.")
    .option("--first-epoch <epoch>", "date, time or number (default: the epoch that runs now)")
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .addHelpText("after", "\nExample:\n  vitalproof attester open-log request.json --out opening.json\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions & Out & { firstEpoch?: string }>();
      const { subject, profile: name, offset } = await readDocument(io, ENROLMENT_REQUEST, file);
      const profile = profileOf(name);
      const body = await withAttester(io, options, { signs: false }, async ({ attester: at, config }) => {
        const first =
          options.firstEpoch === undefined
            ? {}
            : { firstEpoch: parseEpoch(profile, offset, options.firstEpoch) };
        const opening = await at.openLog({ subject, profile: name, offset, ...first });
        return { opening, domain: config.domain, attester: config.attester };
      });
      await writeDocument(io, LOG_OPENING, options.out, body, options);
      const { firstEpoch } = body.opening;
      io.report(
        [
          `Log of ${name} open from ${nameOfEpoch(profile, offset, firstEpoch)} (epoch ${firstEpoch}); ${options.out} is for the patient.`,
        ],
        { file: options.out, ...body },
      );
    });
}
