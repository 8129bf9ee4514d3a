// SPDX-License-Identifier: GPL-3.0-or-later
//
// How an attester gives an opening: the one of the vault, or one that runs as a service.
import {
  type AttesterServices,
  httpAttester,
  type LogOpening,
  profileOf,
  VitalproofError,
} from "@vitalproof/sdk";
import { type Body, ENROLMENT_REQUEST, LOG_OPENING } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { type OpenAttester, withAttester } from "../../attester.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { EXAMPLE_URLS } from "../../serviceConfig.ts";
import { tokenOf } from "../../serviceToken.ts";
import { nameOfEpoch } from "../../time.ts";
import type { WalletOptions } from "../../wallet.ts";
import { OUT, type Out } from "./out.ts";

export type OpeningOptions = WalletOptions & Out & { url?: string; tokenFile?: string };
export type Request = Body<typeof ENROLMENT_REQUEST>;

/** How the two kinds of attesters are asked for an opening. */
export type Asking = {
  readonly vault: (attester: OpenAttester["attester"], request: Request) => Promise<LogOpening>;
  readonly service: (attester: AttesterServices, request: Request) => Promise<LogOpening>;
};

/** Adds the options that `giveOpening` reads. */
export function withOpeningOptions(command: Command): Command {
  return command
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .option(
      "--url <url>",
      `ask an attester that runs as a service, such as ${EXAMPLE_URLS.attester}, and no vault`,
    )
    .option("--token-file <file>", "with --url: file with a token of an enroller");
}

/**
 * Has an attester open or continue a log, and writes the opening for the patient.
 * @param words what became of the log, before the name of its first epoch
 */
export async function giveOpening(
  io: Io,
  options: OpeningOptions,
  file: string,
  { vault, service }: Asking,
  words: (profile: string) => string,
): Promise<void> {
  const request = await readDocument(io, ENROLMENT_REQUEST, file);
  const { url, tokenFile } = options;
  if ((url === undefined) !== (tokenFile === undefined)) {
    throw new VitalproofError("USAGE", "--url and --token-file belong together.", {
      hint: "Pass both for an attester that runs as a service, and neither for the one of the vault.",
    });
  }
  const body =
    url === undefined
      ? await withAttester(io, options, { signs: false }, async ({ attester, config }) => ({
          opening: await vault(attester, request),
          domain: config.domain,
          attester: config.attester,
        }))
      : await fromService(
          httpAttester(`${url.replace(/\/$/, "")}/attester`, { token: await tokenOf(io, tokenFile!) }),
          (at) => service(at, request),
        );
  await writeDocument(io, LOG_OPENING, options.out, body, options);
  const { profile, firstEpoch, offset } = body.opening;
  const first = nameOfEpoch(profileOf(profile), offset, firstEpoch);
  io.report([`${words(profile)} ${first} (epoch ${firstEpoch}); ${options.out} is for the patient.`], {
    file: options.out,
    ...body,
  });
}

/** What the service says of itself is read first: nothing is opened whose opening could not be written. */
async function fromService(
  service: ReturnType<typeof httpAttester>,
  ask: (attester: AttesterServices) => Promise<LogOpening>,
): Promise<Body<typeof LOG_OPENING>> {
  const { domain, attester } = await service.info();
  return { opening: await ask(service), domain, attester };
}
