// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  type AnchorPath,
  anchorDayOf,
  type ClaimRequest,
  ClaimsClient,
  checkTerms,
  circuitOf,
  claimWitness,
  type Identity,
  type Terms,
  termsForPeriod,
  VitalproofError,
} from "@vitalproof/sdk";
import { ANCHOR_PATHS, type Body, CLAIM } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { verificationKeyOf } from "../artifacts.ts";
import { withChain } from "../connect.ts";
import { readDocument, writeDocument } from "../documentFiles.ts";
import type { GlobalOptions } from "../globals.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { addressOption, big, element, needed, whole } from "../numbers.ts";
import { type PatientLog, resumeLog } from "../patientLog.ts";
import { type ProgramFacts, programFacts } from "../programFacts.ts";
import { type ProverNote, proofOf, proverLines } from "../proof.ts";
import { profilesOf, type QuestionOptions, termsFrom, withQuestionOptions } from "../terms.ts";
import { dayText, nameOfEpoch, parseEpoch } from "../time.ts";
import { withVault } from "../vault.ts";

type Options = GlobalOptions &
  QuestionOptions & {
    log?: string;
    policy?: bigint;
    program?: bigint;
    claims?: string;
    period?: number;
    from?: string;
    scope?: bigint;
    paths: string;
    out: string;
    force?: boolean;
  };

/** What a policy or a program on the chain says about the proof. */
type FromChain = { facts: ProgramFacts; firstEpoch?: number; periods?: number; holder?: bigint };

/** What is to be proven, about which epochs. */
type Matter = { circuit: string; terms: Terms; scope: bigint };

const PATHS_HINT = "Ask the clinic for the path of the period's last epoch (`vitalproof attester path`).";

export function registerProve(program: Command, io: Io): void {
  withQuestionOptions(program.command("prove"), ["profile"])
    .description("prove a statement about a period of the log, for a policy or by itself")
    .option(
      "--policy <n>",
      "prove what this policy pays on; circuit, terms and scope come from the chain",
      big,
    )
    .option("--period <n>", "with --policy: which period, from 0 on", whole)
    .option("--program <n>", "prove what this program pays on; with --from", big)
    .option("--claims <address>", "the claims contract, with --policy and --program", addressOption)
    .option(
      "--scope <n>",
      "without policy or program: the scope, a field element that the verifier names",
      element,
    )
    .option("--from <epoch>", "the period's first epoch: a date, a time in it, or its number")
    .option("--log <name>", "which log; needed where the vault holds several")
    .requiredOption("--paths <file>", "the anchor paths that the clinic gave")
    .requiredOption("--out <file>", "where to write the claim")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nThe statement is first decided without a proof; one that does not hold is not proven (exit code 1).\n" +
        "\nExamples:\n" +
        "  vitalproof prove --policy 1 --period 0 --claims 0x… --paths paths.json --out claim.json\n" +
        "  vitalproof prove --question time-in-range --window '1 day' --from 2026-03-02 \\\n" +
        "    --scope 12345 --paths paths.json --out claim.json\n" +
        "  vitalproof prove --circuit glucose-day --low 70 --high 180 --at-least 70 --from 2026-03-02 \\\n" +
        "    --scope 12345 --paths paths.json --out claim.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      assertOneSource(options);
      const { paths } = await readDocument(io, ANCHOR_PATHS, options.paths);
      const chain =
        options.policy === undefined && options.program === undefined
          ? undefined
          : await fromChain(io, options);
      const { identity, kept, request } = await withVault(io, options, async (vault) => {
        const person = await loadIdentity(vault);
        const log = await resumeLog(vault, options.log);
        const matter = matterOf(options, log, person, chain);
        return { identity: person, kept: log, request: requestFor(matter, log, paths, options.paths) };
      });
      if (chain !== undefined) await assertAnchored(io, options, kept, chain.facts.group, request);
      const { claim, prover } = await makeClaim(io, options, identity, request);
      await writeDocument(io, CLAIM, options.out, claim, options);
      const from = nameOfEpoch(kept.profile, kept.offset, request.terms.epoch);
      io.report(
        [
          `Proven: ${request.circuit} for ${request.terms.epochs} ${request.terms.epochs === 1 ? "epoch" : "epochs"} from ${from}; the claim is in ${options.out}.`,
          ...proverLines(prover),
          "`vitalproof explain` says what it shows, and what it does not.",
        ],
        { file: options.out, from, epoch: request.terms.epoch, ...claim, prover },
      );
    });
}

function assertOneSource({ policy, program, question, circuit, scope }: Options): void {
  const sources = [policy, program, question ?? circuit].filter((source) => source !== undefined).length;
  if (sources !== 1) {
    throw new VitalproofError(
      "USAGE",
      "Say what to prove with one of --policy, --program, --question and --circuit.",
      {
        hint: "See --help.",
      },
    );
  }
  if (scope !== undefined && question === undefined && circuit === undefined) {
    throw new VitalproofError("USAGE", "The scope comes from the program.", { hint: "Leave --scope out." });
  }
}

function fromChain(io: Io, options: Options): Promise<FromChain> {
  const claims = needed(options.claims, "--claims", "with --policy and --program");
  return withChain(io, options, async ({ provider }) => {
    if (options.policy === undefined)
      return { facts: await programFacts(claims, provider, options.program!) };
    const policy = await new ClaimsClient(claims, provider).policy(options.policy);
    const facts = await programFacts(claims, provider, policy.program);
    const { holder } = policy;
    return { facts, firstEpoch: Number(policy.firstEpoch), periods: Number(policy.periods), holder };
  });
}

function matterOf(options: Options, log: PatientLog, person: Identity, chain: FromChain | undefined): Matter {
  if (chain === undefined) {
    assertAbout(options, log);
    const { circuit, terms } = termsFrom(options, {
      offset: log.offset,
      profile: log.profile.name,
    });
    const scope = needed(options.scope, "--scope", "without a policy or program");
    return { circuit, terms: termsForPeriod(terms, fromOption(options, log)), scope };
  }
  const { facts, holder } = chain;
  const { terms, scope, circuit } = facts;
  if (holder !== undefined && holder !== person.holder(scope)) {
    throw new VitalproofError("NOT_ALLOWED", `Policy ${options.policy} is another person's.`, {
      details: { policy: options.policy },
      hint: "Name your own policy, or the right --vault.",
    });
  }
  if (terms.profile !== log.profile.name || terms.offset !== log.offset) {
    throw new VitalproofError("NOT_ALLOWED", "The program's days are not those of this log.", {
      details: {
        program: { profile: terms.profile, offset: terms.offset },
        log: { profile: log.profile.name, offset: log.offset },
      },
      hint: "Name another log with --log; profile and offset of log and program must be the same.",
    });
  }
  return {
    circuit: circuit.name,
    terms: termsForPeriod(terms, firstEpochOf(options, log, chain)),
    scope,
  };
}

/** Before the terms are made: another profile's levels and offsets would only confuse. */
function assertAbout({ question, circuit }: Options, { profile }: PatientLog): void {
  const profiles = profilesOf({ question, circuit });
  if (profiles.includes(profile.name)) return;
  throw new VitalproofError(
    "WITNESS_MISMATCH",
    `${question ?? circuit} is about ${profiles.join(", ")}; the log is of ${profile.name}.`,
    { hint: "Name another log with --log." },
  );
}

function firstEpochOf(options: Options, log: PatientLog, { facts, firstEpoch, periods }: FromChain): number {
  const { epochs } = facts.terms;
  if (firstEpoch === undefined || periods === undefined) return fromOption(options, log);
  const period = options.period ?? (fromOption(options, log) - firstEpoch) / epochs;
  if (Number.isInteger(period) && period >= 0 && period < periods) return firstEpoch + period * epochs;
  throw new VitalproofError("USAGE", `Policy ${options.policy} has the periods 0 to ${periods - 1}.`, {
    details: { policy: options.policy, period, periods },
    hint: `Period 0 begins with ${nameOfEpoch(log.profile, log.offset, firstEpoch)}, each has ${epochs} ${epochs === 1 ? "epoch" : "epochs"}.`,
  });
}

function fromOption({ from }: Options, { profile, offset }: PatientLog): number {
  return parseEpoch(profile, offset, needed(from, "--from", "to say which period"));
}

/** @throws STATEMENT_NOT_MET saying by how much; ANCHOR_LEAF_UNKNOWN when no path is for this log's epoch */
function requestFor(
  { circuit, terms, scope }: Matter,
  { log, profile, offset }: PatientLog,
  paths: Body<typeof ANCHOR_PATHS>["paths"],
  file: string,
): ClaimRequest {
  const period = log.period(terms.epoch, terms.epochs);
  const { failing } = checkTerms(
    terms,
    period.epochs.map(({ codes }) => codes),
  );
  if (failing.length > 0) {
    throw new VitalproofError(
      "STATEMENT_NOT_MET",
      `The readings do not meet the terms: ${failing.map(({ bound }) => bound).join(", ")}.`,
      {
        details: { failing: failing.map(({ bound, by, byAs }) => ({ bound, by, byAs })), epoch: terms.epoch },
        hint: failing.map(({ text }) => text).join(" "),
      },
    );
  }
  const lastEpoch = terms.epoch + terms.epochs - 1;
  const leaf = log.leaf(lastEpoch);
  const path: AnchorPath | undefined = paths.find((candidate) => candidate.leaf === leaf);
  if (path === undefined) {
    throw new VitalproofError(
      "ANCHOR_LEAF_UNKNOWN",
      `${file} holds no path for this log's ${nameOfEpoch(profile, offset, lastEpoch)}.`,
      { details: { epoch: lastEpoch, leaf }, hint: PATHS_HINT },
    );
  }
  return { circuit, terms, scope, ...period, path };
}

/** A proof for a root that is not on the chain would be refused there, after all the work. */
async function assertAnchored(
  io: Io,
  options: Options,
  { opened, profile, offset }: PatientLog,
  group: bigint,
  { terms, path }: ClaimRequest,
): Promise<void> {
  if (group !== opened.opening.group) {
    throw new VitalproofError(
      "NOT_ALLOWED",
      `The program takes anchors of group ${group}; the log is of group ${opened.opening.group}.`,
      {
        details: { program: group, log: opened.opening.group },
      },
    );
  }
  const day = anchorDayOf(profile, offset, terms.epoch + terms.epochs - 1);
  const anchor = await withChain(io, options, ({ provider }) =>
    new AnchorClient(opened.domain.anchors, provider).anchorOf(group, day),
  );
  if (anchor === undefined) {
    throw new VitalproofError("ANCHOR_DAY_UNKNOWN", `${dayText(day)} is not anchored on the chain yet.`, {
      details: { group, day },
      hint: "Wait for the clinic's anchor.",
    });
  }
  if (anchor.root === path.root) return;
  throw new VitalproofError(
    "ANCHOR_PATH_INVALID",
    `The path leads to another root than the chain has for ${dayText(day)}.`,
    {
      details: { group, day, corrected: anchor.corrected },
      hint: anchor.corrected ? "The day was corrected. Ask the clinic for a new path." : PATHS_HINT,
    },
  );
}

async function makeClaim(
  io: Io,
  options: Options,
  identity: Identity,
  request: ClaimRequest,
): Promise<{ claim: Body<typeof CLAIM>; prover: ProverNote }> {
  const witness = claimWitness(identity.secret(), request);
  const { sha256 } = await verificationKeyOf(io, options, request.circuit);
  const title = `proving ${request.circuit}`;
  const { proof, publicInputs, prover } = await proofOf(io, options, title, witness);
  const { name, version } = circuitOf(request.circuit);
  const claim = {
    circuit: name,
    circuitVersion: version,
    verificationKey: sha256,
    publicInputs: [...publicInputs],
    proof: { a: [...proof.a], b: [[...proof.b[0]], [...proof.b[1]]], c: [...proof.c] },
  } satisfies Body<typeof CLAIM>;
  return { claim, prover };
}
