// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  assertOffset,
  attestationDomainOf,
  epochEnd,
  epochStart,
  type PresentationRequest,
  profileOf,
  VitalproofError,
  validateRequest,
} from "@vitalproof/sdk";
import { HOLDER_ATTESTATION, PRESENTATION_REQUEST, PRESENTATION_TRUST } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { withChain } from "../connect.ts";
import { criteriaFile, withCriteriaOptions } from "../criteria.ts";
import { readDocument, writeDocument } from "../documentFiles.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { addressOption, big, whole } from "../numbers.ts";
import { describeRequest, readRequest, requestBody } from "../presentation.ts";
import { allTermsFrom } from "../terms.ts";
import { parseDuration } from "../time.ts";

type Out = { out: string; force?: boolean };

export function registerRequest(program: Command, io: Io): void {
  const request = program
    .command("request")
    .description(
      "Ask for proofs off chain, such as alerts or a trial's criteria, and say whom you trust. This is the verifier's side.",
    )
    .addHelpText("after", "\nExample:\n  vitalproof request show request.json\n");
  registerNew(request, io);
  registerShow(request, io);
  registerTrust(request, io);
}

function registerNew(parent: Command, io: Io): void {
  type Options = GlobalOptions &
    Out & {
      verifier: string;
      chainId: bigint;
      scopeNumber: bigint;
      group: bigint;
      criteria?: string;
      maxAge?: string;
      offset?: number;
    };
  const command = parent
    .command("new")
    .description("Write a request for one statement, or for several over the same time.")
    .requiredOption(
      "--verifier <address>",
      "your account. An answer to this request is of use to nobody else",
      addressOption,
    )
    .requiredOption("--chain-id <n>", "the chain of that account", big)
    .requiredOption("--scope-number <n>", "numbers your scopes: a person is another holder in each", big)
    .requiredOption("--group <n>", "the attester's group whose logs count", big)
    .option(
      "--max-age <time>",
      'how long after its period an answer is fresh, such as "15m" (default: no limit)',
    )
    .option(
      "--offset <n>",
      "quarter hours after 00:00 UTC at which the patients' epochs begin (default: the catalogue's, else 0)",
      whole,
    )
    .option(
      "--criteria <file>",
      'JSON list of {"circuit": circuit, "terms": …}, with or instead of --circuit',
    );
  const criteria = withCriteriaOptions(command);
  command
    .requiredOption("--out <file>", "where to write the request")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nBounds belong to the question or circuit before them. Several statements must cover the same seconds.\n" +
        "\nExamples:\n" +
        "  vitalproof request new --verifier 0x… --chain-id 1 --scope-number 1 --group 7 \\\n" +
        "    --question desaturation --max-age 15m --out request.json\n" +
        "  vitalproof request new --verifier 0x… --chain-id 1 --scope-number 2 --group 7 \\\n" +
        "    --question no-atrial-fibrillation --question average-below --window '1 hour' --below 90 --out criteria.json\n",
    )
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const { offset } = options;
      const statements = [
        ...criteria().flatMap((given) => allTermsFrom(given, offset === undefined ? {} : { offset })),
        ...(options.criteria === undefined ? [] : await criteriaFile(io, options.criteria)),
      ];
      if (statements.length === 0) {
        throw new VitalproofError("USAGE", "The request asks for nothing.", {
          hint: "Name a --question or a --circuit, or pass --criteria FILE.",
        });
      }
      for (const { terms } of statements) assertOffset(profileOf(terms.profile), terms.offset);
      const made: PresentationRequest = {
        verifier: { chainId: options.chainId, account: options.verifier },
        scopeNumber: options.scopeNumber,
        group: options.group,
        statements,
        ...(options.maxAge === undefined ? {} : { maxAge: parseDuration(options.maxAge) }),
      };
      validateRequest(made);
      const body = requestBody(made);
      await writeDocument(io, PRESENTATION_REQUEST, options.out, body, options);
      io.report([`Request in ${options.out}.`, ...describeRequest(made)], { file: options.out, ...body });
    });
}

function registerShow(parent: Command, io: Io): void {
  parent
    .command("show <request>")
    .description("Say in words what a request asks, before you answer it or attest for it.")
    .addHelpText("after", "\nExample:\n  vitalproof request show request.json\n")
    .action(async (file: string) => {
      const request = await readRequest(io, file);
      const { terms } = request.statements[0]!;
      const profile = profileOf(terms.profile);
      const seconds =
        epochEnd(profile, terms.offset, terms.epochs - 1) - epochStart(profile, terms.offset, 0);
      const asked = describeRequest(request);
      io.report(
        [
          ...asked,
          "An answer tells the verifier that these hold, of which period of time, and that they are one holder's: the same in",
          "all answers in this scope. It tells no reading.",
        ],
        { ...requestBody(request), seconds, asked },
      );
    });
}

function registerTrust(parent: Command, io: Io): void {
  type Options = GlobalOptions &
    Out & { request: string; attestation: string; anchors: string; attester?: string };
  parent
    .command("trust")
    .description(
      "Write down whom you trust about one holder: the attester, its attestation and the anchor registry.",
    )
    .requiredOption("--request <file>", "your request")
    .requiredOption("--attestation <file>", "the holder attestation that the attester signed for you")
    .requiredOption(
      "--anchors <address>",
      "the anchor registry, under which the attester signs receipts",
      addressOption,
    )
    .option(
      "--attester <address>",
      "the attester's account (default: asked of the registry by --rpc)",
      addressOption,
    )
    .requiredOption("--out <file>", "where to write it")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nTake the attester's account and the registry from a source of your own, never from the person who answers the request.\n" +
        "\nExample:\n  vitalproof request trust --request request.json --attestation attestation.json --anchors 0x… --attester 0x… --out trust.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const request = await readRequest(io, options.request);
      const { domain, attestation, signature } = await readDocument(
        io,
        HOLDER_ATTESTATION,
        options.attestation,
      );
      const wanted = attestationDomainOf(request);
      if (domain.chainId !== wanted.chainId || domain.claims.toLowerCase() !== wanted.claims.toLowerCase()) {
        throw new VitalproofError("ATTESTATION_MISMATCH", `${options.attestation} is for another verifier.`, {
          details: { wanted, given: domain },
          hint: "The attester signs for exactly the verifier of the request.",
        });
      }
      const { chainId } = request.verifier;
      const attester = options.attester ?? (await attesterOf(io, options, request));
      const body = { attester, anchors: { chainId, anchors: options.anchors }, attestation, signature };
      await writeDocument(io, PRESENTATION_TRUST, options.out, body, options);
      io.report(
        [
          `Trust in ${options.out}: attester ${attester} of group ${request.group}, for holder ${attestation.holder}.`,
          "Nothing is verified yet: `vitalproof present verify` checks signatures and proofs.",
        ],
        { file: options.out, ...body },
      );
    });
}

function attesterOf(
  io: Io,
  options: GlobalOptions & { anchors: string },
  { group, verifier }: PresentationRequest,
): Promise<string> {
  return withChain(io, options, async ({ provider, chainId }) => {
    if (chainId !== verifier.chainId) {
      throw new VitalproofError(
        "NOT_ALLOWED",
        `The node is on chain ${chainId}; the request is of ${verifier.chainId}.`,
        {
          details: { given: chainId, wanted: verifier.chainId },
          hint: "Name a node of that chain with --rpc, or the account with --attester.",
        },
      );
    }
    return (await new AnchorClient(options.anchors, provider).group(group)).attester;
  });
}
