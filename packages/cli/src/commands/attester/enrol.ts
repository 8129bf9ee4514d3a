// SPDX-License-Identifier: GPL-3.0-or-later
import { profileOf } from "@vitalproof/sdk";
import { ENROLMENT_REQUEST } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { withAttester } from "../../attester.ts";
import { readDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { EXAMPLE_URLS } from "../../serviceConfig.ts";
import { parseEpoch } from "../../time.ts";
import type { WalletOptions } from "../../wallet.ts";
import {
  type Asking,
  giveOpening,
  type OpeningOptions,
  type Request,
  withOpeningOptions,
} from "./opening.ts";

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
  withOpeningOptions(attester.command("open-log <request>"))
    .description("Open the log of an enrolled patient and make its genesis.")
    .option("--first-epoch <epoch>", "date, time or number (default: the epoch that runs now)")
    .addHelpText(
      "after",
      "\nA service enrols patient and device with the same call: check who the patient is first.\n" +
        "\nExamples:\n  vitalproof attester open-log request.json --out opening.json\n" +
        `  vitalproof attester open-log request.json --out opening.json --url ${EXAMPLE_URLS.attester} --token-file enroller.txt\n`,
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<OpeningOptions & { firstEpoch?: string }>();
      const logOf = ({ subject, profile, offset }: Request) => ({
        subject,
        profile,
        offset,
        ...(options.firstEpoch === undefined
          ? {}
          : { firstEpoch: parseEpoch(profileOf(profile), offset, options.firstEpoch) }),
      });
      const asking: Asking = {
        vault: (at, request) => at.openLog(logOf(request)),
        service: (at, request) => at.enrol({ ...logOf(request), device: request.device }),
      };
      await giveOpening(io, options, file, asking, (profile) => `Log of ${profile} open from`);
    });
}
