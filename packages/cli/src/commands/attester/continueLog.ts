// SPDX-License-Identifier: GPL-3.0-or-later
import type { AttesterServices } from "@vitalproof/sdk";
import type { Command } from "commander";
import type { Io } from "../../io.ts";
import { EXAMPLE_URLS } from "../../serviceConfig.ts";
import { giveOpening, type OpeningOptions, type Request, withOpeningOptions } from "./opening.ts";

/** For a patient who restored an identity from its backup: the log is lost, its heads are here. */
export function registerContinueLog(attester: Command, io: Io): void {
  withOpeningOptions(attester.command("continue-log <request>"))
    .description(
      "Continue the log of a patient who lost it, with a new device, after checking who the patient is.",
    )
    .addHelpText(
      "after",
      "\nEpochs that are over and have no head become gaps: the new device cannot report them.\n" +
        "\nExamples:\n  vitalproof attester continue-log request.json --out opening.json\n" +
        `  vitalproof attester continue-log request.json --out opening.json --url ${EXAMPLE_URLS.attester} --token-file enroller.txt\n`,
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<OpeningOptions>();
      const ask = (at: Pick<AttesterServices, "continueLog">, { subject, profile, device }: Request) =>
        at.continueLog({ subject, profile, device });
      await giveOpening(
        io,
        options,
        file,
        { vault: ask, service: ask },
        (profile) => `The log of ${profile} goes on from`,
      );
    });
}
