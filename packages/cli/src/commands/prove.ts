// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorDayOf,
  type ClaimRequest,
  circuitOf,
  claimWitness,
  type Identity,
  type PathSource,
  termsForPeriod,
  VitalproofError,
} from "@vitalproof/sdk";
import { ANCHOR_PATHS, type Body, CLAIM } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { verificationKeyOf } from "../artifacts.ts";
import { readDocument, writeDocument } from "../documentFiles.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { addressOption, big, element, needed, whole } from "../numbers.ts";
import { type PatientLog, resumeLog } from "../patientLog.ts";
import { type ProverNote, proofOf, proverLines } from "../proof.ts";
import { withQuestionOptions } from "../questionOptions.ts";
import { profilesOf, termsFrom } from "../terms.ts";
import { dayText, nameOfEpoch } from "../time.ts";
import { withVault } from "../vault.ts";
import { insuredRequest } from "./prove/insured.ts";
import { fromOption, type ProveOptions } from "./prove/options.ts";
import { assertMet } from "./prove/terms.ts";

export function registerProve(program: Command, io: Io): void {
  withQuestionOptions(program.command("prove"), ["profile"])
    .description("Prove a statement about a period of the log, for a policy or without one.")
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
    .option("--log <name>", "which log; needed if the vault holds several")
    .requiredOption("--paths <file>", "the anchor paths from the attester")
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
      const options = command.optsWithGlobals<ProveOptions>();
      assertOneSource(options);
      const { paths } = await readDocument(io, ANCHOR_PATHS, options.paths);
      const { identity, kept } = await withVault(io, options, async (vault) => ({
        identity: await loadIdentity(vault),
        kept: await resumeLog(vault, options.log),
      }));
      const source = pathsIn(paths, options.paths);
      const request =
        options.policy === undefined && options.program === undefined
          ? await ownRequest(options, kept, source)
          : await insuredRequest(io, options, kept, identity, source);
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

function assertOneSource({ policy, program, question, circuit, scope }: ProveOptions): void {
  const sources = [policy, program, question ?? circuit].filter((source) => source !== undefined).length;
  if (sources !== 1) {
    throw new VitalproofError(
      "USAGE",
      "Say what to prove with one of --policy, --program, --question and --circuit.",
      { hint: "See --help." },
    );
  }
  if (scope !== undefined && question === undefined && circuit === undefined) {
    throw new VitalproofError("USAGE", "The scope comes from the program.", { hint: "Leave --scope out." });
  }
}

/** Paths of a file. @throws ANCHOR_LEAF_UNKNOWN where none is for this log's epoch */
function pathsIn(paths: Body<typeof ANCHOR_PATHS>["paths"], file: string): PathSource {
  return {
    path: async (day, leaf) => {
      const found = paths.find((path) => path.leaf === leaf);
      if (found !== undefined) return found;
      throw new VitalproofError(
        "ANCHOR_LEAF_UNKNOWN",
        `${file} holds no path for this log's epoch on ${dayText(day)}.`,
        {
          details: { day, leaf },
          hint: "Ask the attester for the path of the period's last epoch (`vitalproof attester path`).",
        },
      );
    },
  };
}

/** A request by the options alone: what a verifier off chain asked for. */
async function ownRequest(
  options: ProveOptions,
  kept: PatientLog,
  source: PathSource,
): Promise<ClaimRequest> {
  const { log, profile, offset } = kept;
  assertAbout(options, kept);
  const { circuit, terms: form } = termsFrom(options, { offset, profile: profile.name });
  const scope = needed(options.scope, "--scope", "without a policy or program");
  const terms = termsForPeriod(form, fromOption(options, kept));
  assertMet(form, terms.epoch, log);
  const lastEpoch = terms.epoch + terms.epochs - 1;
  const path = await source.path(anchorDayOf(profile, offset, lastEpoch), log.leaf(lastEpoch));
  return { circuit, terms, scope, ...log.period(terms.epoch, terms.epochs), path };
}

/** Before the terms are made: another profile's levels and offsets would only confuse. */
function assertAbout({ question, circuit }: ProveOptions, { profile }: PatientLog): void {
  const profiles = profilesOf({ question, circuit });
  if (profiles.includes(profile.name)) return;
  throw new VitalproofError(
    "WITNESS_MISMATCH",
    `${question ?? circuit} is about ${profiles.join(", ")}; the log is of ${profile.name}.`,
    { hint: "Name another log with --log." },
  );
}

async function makeClaim(
  io: Io,
  options: ProveOptions,
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
