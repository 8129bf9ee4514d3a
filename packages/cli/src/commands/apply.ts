// SPDX-License-Identifier: GPL-3.0-or-later
import { assertLogFits, logFits, type ProgramFacts, profileOf, programFacts } from "@vitalproof/sdk";
import { POLICY_APPLICATION } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { withHints } from "../chain/hints.ts";
import { programsOf } from "../chain/programs.ts";
import { clockOf } from "../clock.ts";
import { withChain } from "../connect.ts";
import { counted } from "../counted.ts";
import { writeDocument } from "../documentFiles.ts";
import type { GlobalOptions } from "../globals.ts";
import { holderOn } from "../holder.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { addressOption, big, whole } from "../numbers.ts";
import { type Opening, openings } from "../patientLog.ts";
import { proverLines } from "../proof.ts";
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
    .description(
      "Apply for a policy: write what the attester is asked to sign, with the enrolment proof over it.",
    )
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
      "\nThe application names your subject: send it only to the attester. A program whose epochs begin at another time than\n" +
        "your log's is refused, since nothing could ever be proven to it. Every policy has its own account. Using one account\n" +
        "for two policies, or paying two into one, shows everyone that they belong to the same person.\n" +
        "\nExample:\n  vitalproof apply --claims 0x… --program 1 --from 2026-03-02 --periods 7 --out application.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const now = await clockOf(io, options);
      const { identity, logs } = await withVault(io, options, async (vault) => ({
        identity: await loadIdentity(vault),
        logs: await openings(vault),
      }));
      const done = await withChain(io, options, async (chain) => {
        const { holder, prover } = holderOn(io, options, identity, chain, options.claims);
        const on = await programsOf(options.claims, chain);
        const program = await withHints(() => programFacts(on, options.program));
        assertOneFits(logs, program);
        const profile = profileOf(program.terms.profile);
        const { offset } = program.terms;
        const firstEpoch = parseEpoch(profile, offset, options.from);
        const { periods, index, payee } = options;
        const application = await holder.apply(
          program,
          { firstEpoch, periods, index, ...(payee === undefined ? {} : { payee }) },
          { now, validFor: parseDuration(options.validFor) },
        );
        return { application, prover: prover(), from: nameOfEpoch(profile, offset, firstEpoch) };
      });
      const { domain, attestation, subject, proof, publicInputs } = done.application;
      const body = { domain, attestation, subject, proof, publicInputs: [...publicInputs] };
      await writeDocument(io, POLICY_APPLICATION, options.out, body, options);
      io.report(
        [
          `Application for program ${options.program} in ${options.out}: ${counted(Number(options.periods), "period")} from ${done.from}, controller ${attestation.controller}.`,
          ...proverLines(done.prover),
          "It names your subject. Send it only to the attester.",
        ],
        { file: options.out, domain, attestation, prover: done.prover },
      );
    });
}

/** @throws LOG_MISMATCH where the vault holds logs and the program can pay on none of them */
export function assertOneFits(logs: readonly Opening[], program: ProgramFacts): void {
  const [first] = logs;
  if (first === undefined || logs.some(({ opening }) => logFits(opening, program))) return;
  const closest = logs.find(({ opening }) => opening.profile === program.terms.profile) ?? first;
  assertLogFits(closest.opening, program);
}
