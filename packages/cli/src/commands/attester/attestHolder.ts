// SPDX-License-Identifier: GPL-3.0-or-later
import {
  assertPresentationAttestation,
  attestationDomainOf,
  ClaimsClient,
  type VerificationKey,
  VitalproofError,
} from "@vitalproof/sdk";
import { HOLDER_ATTESTATION, POLICY_APPLICATION, type PolicyApplication } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { verificationKeyOf } from "../../artifacts.ts";
import { type OpenAttester, withAttester } from "../../attester.ts";
import { withChain } from "../../connect.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { addressOption } from "../../numbers.ts";
import { readRequest } from "../../presentation.ts";
import { type WalletOptions, withWalletOptions } from "../../wallet.ts";
import { assertChain } from "./chain.ts";
import { OUT, type Out } from "./out.ts";

type Options = WalletOptions & Out & { claims?: string; request?: string };

export function registerAttestHolder(attester: Command, io: Io): void {
  withWalletOptions(attester.command("attest-holder <application>"))
    .description("Sign a holder attestation, after checking the enrolment proof over it.")
    .option("--claims <address>", "the claims contract that you attest for", addressOption)
    .option("--request <file>", "instead: the presentation request of the verifier that you attest for")
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nThe program's scope and terms are read from the claims contract, not from the application. A program that cannot\n" +
        "pay on the patient's log is refused. With --request, the scope comes from the request: take it from the verifier,\n" +
        "not from the applicant. You must establish that the applicant is the patient enrolled under the subject.\n" +
        "No proof can show that.\n" +
        "\nExample:\n  vitalproof attester attest-holder application.json --claims 0x… --keystore attester.json --out attestation.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { claims, request } = options;
      if ((claims === undefined) === (request === undefined)) {
        throw new VitalproofError(
          "USAGE",
          "Attest for a claims contract with --claims, or for a verifier with --request.",
          { hint: "Use exactly one of the two." },
        );
      }
      const application = await readDocument(io, POLICY_APPLICATION, file);
      const { attestation } = application;
      const { key } = await verificationKeyOf(io, options, "enrolment");
      const body = await withAttester(io, options, { signs: true }, (open) =>
        request === undefined
          ? forPolicy(io, options, open, application, claims!, key)
          : forVerifier(io, open, application, request, key),
      );
      await writeDocument(io, HOLDER_ATTESTATION, options.out, body, options);
      io.report(
        request === undefined
          ? [
              `Attested: holder ${attestation.holder} in program ${attestation.program}, controller ${attestation.controller}, ${attestation.periods} periods from epoch ${attestation.firstEpoch}.`,
              `${options.out} is for the insurer.`,
            ]
          : [
              `Attested: holder ${attestation.holder} to verifier ${body.domain.claims} on chain ${body.domain.chainId}.`,
              `${options.out} is for the verifier.`,
            ],
        { file: options.out, ...body },
      );
    });
}

function forPolicy(
  io: Io,
  options: Options,
  { attester, config }: OpenAttester,
  application: PolicyApplication,
  claims: string,
  verificationKey: VerificationKey,
) {
  return withChain(io, options, ({ provider, chainId }) => {
    assertChain(chainId, config);
    const client = new ClaimsClient(claims, provider);
    return attester.attestPolicy(application, { claims: client, verificationKey });
  });
}

async function forVerifier(
  io: Io,
  { attester, config }: OpenAttester,
  application: PolicyApplication,
  file: string,
  verificationKey: VerificationKey,
) {
  const { attestation, subject, proof, publicInputs } = application;
  const request = await readRequest(io, file);
  assertPresentationAttestation(attestation);
  if (request.group !== config.group) {
    throw new VitalproofError(
      "NOT_ALLOWED",
      `The request is about logs of group ${request.group}; this is group ${config.group}.`,
      {
        details: { given: request.group, group: config.group },
        hint: "Send the request to that group's attester.",
      },
    );
  }
  const domain = attestationDomainOf(request);
  const { scopeNumber, verifier } = request;
  const signature = await attester.attestHolder(
    { attestation, scopeNumber, subject, proof, publicInputs },
    { domain, scopes: verifier.account, verificationKey },
  );
  return { domain, attestation, signature };
}
