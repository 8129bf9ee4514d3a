// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { ENROLMENT_REQUEST } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { writeDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { type ConfigOptions, configOf, withConfig, withStore } from "../../serviceConfig.ts";

/** For a log that an attester's operator enrols or continues by hand. */
export function registerRequest(gateway: Command, io: Io): void {
  withConfig(
    gateway,
    "request <log>",
    "Write the request with which an attester enrols or continues a log of this gateway.",
    "p17.glucose-mg-dl-5min --out request.json",
  )
    .requiredOption("--out <file>", "where to write it")
    .option("--force", "replace the file")
    .action(async (log: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConfigOptions & { out: string; force?: boolean }>();
      const { gatewayPartOf, openGateway } = await import("@vitalproof/services");
      const own = gatewayPartOf(await configOf(io, options, "gateway"));
      const all = own.people.flatMap(({ person, logs }) => logs.map((each) => ({ person, ...each })));
      const found = all.find(({ person, profile }) => `${person}.${profile}` === log);
      if (found === undefined) {
        throw new VitalproofError("NOT_THERE", "The configuration has no such log.", {
          hint: "Name it by person and profile, such as p17.glucose-mg-dl-5min.",
        });
      }
      const { person, profile, offset } = found;
      const body = await withStore(io, options, "gateway", async (database) => {
        const { people } = await openGateway(own, database, () => Math.floor(io.now()));
        const { curve, publicKey } = await people.deviceOf(person, profile);
        return { subject: await people.subjectOf(person), profile, offset, device: { curve, publicKey } };
      });
      await writeDocument(io, ENROLMENT_REQUEST, options.out, body, options);
      io.report([`${options.out} names the person's subject. Send it only to the attester.`], {
        file: options.out,
        ...body,
      });
    });
}
