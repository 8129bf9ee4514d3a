// SPDX-License-Identifier: GPL-3.0-or-later
import { applyToVerifier, attestationDomainOf, scopeOf } from "@vitalproof/sdk";
import { POLICY_APPLICATION } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { clockOf } from "../../clock.ts";
import { writeDocument } from "../../documentFiles.ts";
import type { GlobalOptions } from "../../globals.ts";
import { proofMakerOf } from "../../holder.ts";
import { loadIdentity } from "../../identity.ts";
import type { Io } from "../../io.ts";
import { readRequest } from "../../presentation.ts";
import { proverLines } from "../../proof.ts";
import { parseDuration } from "../../time.ts";
import { withVault } from "../../vault.ts";
import type { Out } from "./out.ts";

export function registerApply(parent: Command, io: Io): void {
  type Options = GlobalOptions & Out & { request: string; validFor: string };
  parent
    .command("apply")
    .description(
      "Ask the attester to attest your holder to the request's verifier. The enrolment proof over it is made here.",
    )
    .requiredOption("--request <file>", "the verifier's request")
    .option("--valid-for <time>", "how long the verifier may use the attestation", "7d")
    .requiredOption("--out <file>", "where to write the application")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nThe application names your subject and goes to the attester alone. One attestation serves all answers to this verifier\n" +
        "in this scope until it expires.\n" +
        "\nExample:\n  vitalproof present apply --request request.json --out application.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const request = await readRequest(io, options.request);
      const now = await clockOf(io, options);
      const identity = await withVault(io, options, loadIdentity);
      const domain = attestationDomainOf(request);
      const scope = scopeOf({ ...domain, scopes: domain.claims, scopeNumber: request.scopeNumber });
      const { prove, prover } = proofMakerOf(io, options);
      const application = await applyToVerifier(
        identity,
        { domain, scope, scopeNumber: request.scopeNumber },
        { now, validFor: parseDuration(options.validFor) },
        prove,
      );
      const { attestation, subject, proof, publicInputs } = application;
      const body = { domain, attestation, subject, proof, publicInputs: [...publicInputs] };
      await writeDocument(io, POLICY_APPLICATION, options.out, body, options);
      io.report(
        [
          `Application in ${options.out}: the attester is asked to attest holder ${attestation.holder} to ${domain.claims}.`,
          ...proverLines(prover()),
          "It names your subject. Send it only to the attester.",
        ],
        { file: options.out, domain, attestation, prover: prover() },
      );
    });
}
