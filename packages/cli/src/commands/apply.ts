// SPDX-License-Identifier: GPL-3.0-or-later
import {
  controllerOf,
  enrolmentWitness,
  type HolderAttestation,
  policyHashOf,
  profileOf,
  randomFieldElement,
} from "@vitalproof/sdk";
import { POLICY_APPLICATION } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { ZeroAddress } from "ethers";
import { clockOf } from "../clock.ts";
import { withChain } from "../connect.ts";
import { writeDocument } from "../documentFiles.ts";
import type { GlobalOptions } from "../globals.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { addressOption, big, whole } from "../numbers.ts";
import { programFacts } from "../programFacts.ts";
import { proofOf, proverLines } from "../proof.ts";
import { nameOfEpoch, parseDuration, parseEpoch } from "../time.ts";
import { withVault } from "../vault.ts";

type Options = GlobalOptions & {
  claims: string;
  program: bigint;
  from: string;
  periods: number;
  index: number;
  payee?: string;
  validFor: string;
  out: string;
  force?: boolean;
};

export function registerApply(program: Command, io: Io): void {
  program
    .command("apply")
    .description("apply for a policy: what the clinic is asked to attest, with the enrolment proof over it")
    .requiredOption("--claims <address>", "the claims contract", addressOption)
    .requiredOption("--program <n>", "the insurer's program", big)
    .requiredOption(
      "--from <epoch>",
      "first epoch of the cover: a date, a time in it, or its number; not begun yet",
    )
    .requiredOption("--periods <n>", "how many periods", whole)
    .option("--index <n>", "0 for your first policy in this program, 1 for the next, …", whole, 0)
    .option(
      "--payee <address>",
      "who is paid (default: the policy's own account, which --index selects)",
      addressOption,
    )
    .option("--valid-for <time>", "how long the attestation may be used", "7d")
    .requiredOption("--out <file>", "where to write the application")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nThe application names your subject and goes to the clinic alone. Every policy has an account of its own; using one\n" +
        "account for two policies, or paying two into one, lets everybody see that they are the same person's.\n" +
        "\nExample:\n  vitalproof apply --claims 0x… --program 1 --from 2026-03-02 --periods 7 --out application.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const identity = await withVault(io, options, loadIdentity);
      const now = await clockOf(io, options);
      const { facts, chainId } = await withChain(io, options, async (chain) => ({
        chainId: chain.chainId,
        facts: await programFacts(options.claims, chain.provider, options.program),
      }));
      const domain = { chainId, claims: options.claims };
      const profile = profileOf(facts.terms.profile);
      const { offset } = facts.terms;
      const firstEpoch = parseEpoch(profile, offset, options.from);
      const policy = { ...domain, program: options.program, index: options.index };
      const attestation: HolderAttestation = {
        program: options.program,
        holder: identity.holder(facts.scope),
        controller: controllerOf(identity, policy).address,
        payee: options.payee ?? ZeroAddress,
        firstEpoch,
        periods: options.periods,
        nonce: randomFieldElement(),
        expiry: BigInt(now + parseDuration(options.validFor)),
      };
      const witness = enrolmentWitness(identity.secret(), {
        scope: facts.scope,
        policyHash: policyHashOf(domain, attestation),
      });
      const title = "proving that holder and subject are one person";
      const { proof, publicInputs, prover } = await proofOf(io, options, title, witness);
      const body = { domain, attestation, subject: identity.subject, proof, publicInputs: [...publicInputs] };
      await writeDocument(io, POLICY_APPLICATION, options.out, body, options);
      io.report(
        [
          `Application for program ${options.program} in ${options.out}: ${options.periods} periods from ${nameOfEpoch(profile, offset, firstEpoch)}, controller ${attestation.controller}.`,
          ...proverLines(prover),
          "It names your subject: give it to the clinic and to nobody else.",
        ],
        { file: options.out, domain, attestation, prover },
      );
    });
}
