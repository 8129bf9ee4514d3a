// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, epochOffsetOf, PROFILES, type ProfileName, profileOf, VitalproofError } from "@vitalproof/sdk";
import { ENROLMENT_REQUEST, LOG_OPENING } from "@vitalproof/sdk/wire";
import { type Command, Option } from "commander";
import { clockOf } from "../../clock.ts";
import { loadDevice } from "../../device.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { GlobalOptions } from "../../globals.ts";
import { loadIdentity } from "../../identity.ts";
import type { Io } from "../../io.ts";
import { whole } from "../../numbers.ts";
import { beginLog } from "../../patientLog.ts";
import { nameOfEpoch, parseDay } from "../../time.ts";
import { withVault } from "../../vault.ts";
import type { LogOptions, Out } from "./options.ts";

export function registerRequest(log: Command, io: Io): void {
  log
    .command("request")
    .description("Write what the attester needs to enrol you and your device.")
    .addOption(
      new Option("--profile <profile>", "what is measured")
        .choices(Object.keys(PROFILES))
        .makeOptionMandatory(),
    )
    .option("--zone <zone>", "begin epochs with the days of this time zone, at its offset on --on")
    .option("--on <date>", "the date for --zone (default: today)")
    .option(
      "--offset <n>",
      "instead of --zone: quarter hours after 00:00 UTC at which an epoch begins",
      whole,
    )
    .option("--device <name>", "the device's key in the vault", "simulated")
    .requiredOption("--out <file>", "where to write it")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nA policy can only be claimed with a log whose epochs begin when the program's do: look at the program first.\n" +
        "\nExample:\n  vitalproof log request --profile glucose-mg-dl-5min --zone Europe/Berlin --out request.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      type Options = GlobalOptions &
        Out & { profile: ProfileName; zone?: string; on?: string; offset?: number; device: string };
      const options = command.optsWithGlobals<Options>();
      if (options.zone !== undefined && options.offset !== undefined) {
        throw new VitalproofError("USAGE", "--zone and --offset say the same thing.", {
          hint: "Pass only one of them.",
        });
      }
      const on = options.on === undefined ? await clockOf(io, options) : parseDay(options.on) * DAY + DAY / 2;
      const offset = options.offset ?? epochOffsetOf(profileOf(options.profile), options.zone, on);
      const body = await withVault(io, options, async (vault) => {
        const { subject } = await loadIdentity(vault);
        const { curve, publicKey } = await loadDevice(vault, options.device);
        return { subject, profile: options.profile, offset, device: { curve, publicKey } };
      });
      await writeDocument(io, ENROLMENT_REQUEST, options.out, body, options);
      io.report(
        [
          `Enrolment request in ${options.out}: ${options.profile}, epochs begin ${offset * 15} minutes after 00:00 UTC (offset ${offset}).`,
          "It names your subject. Send it only to the attester.",
        ],
        { file: options.out, ...body },
      );
    });
}

export function registerOpen(log: Command, io: Io): void {
  log
    .command("open <opening>")
    .description("Begin the log that the attester has opened.")
    .option("--log <name>", "its name in the vault (default: the profile's)")
    .addHelpText("after", "\nExample:\n  vitalproof log open opening.json\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const opened = await readDocument(io, LOG_OPENING, file);
      const { opening } = opened;
      const profile = profileOf(opening.profile);
      const name = options.log ?? opening.profile;
      await withVault(io, options, async (vault) => {
        if ((await loadIdentity(vault)).subject !== opening.subject) {
          throw new VitalproofError("DOCUMENT_INVALID", `${file} opens the log of another patient.`, {
            details: { file },
            hint: "Ask the attester for the opening of your own request.",
          });
        }
        await beginLog(vault, name, opened);
      });
      io.report(
        [
          `Log "${name}" of ${opening.profile} begins with ${nameOfEpoch(profile, opening.offset, opening.firstEpoch)} (epoch ${opening.firstEpoch}).`,
        ],
        { log: name, ...opening, attester: opened.attester },
      );
    });
}
