// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type AnchorPath,
  anchorDayOf,
  checkTerms,
  epochEnd,
  epochStart,
  firstEpochsAt,
  type PresentationPeriod,
  type PresentationRequest,
  type PresentedProof,
  type SignedReceipt,
  termsForPeriod,
  VitalproofError,
} from "@vitalproof/sdk";
import { logNames, type PatientLog, resumeLog } from "./patientLog.ts";
import { instantText, nameOfEpoch, parseEpoch } from "./time.ts";
import type { Vault } from "./vault.ts";

/** One circuit of a request with the patient's epochs for it. */
export type Part = {
  index: number;
  circuit: string;
  kept: PatientLog;
  firstEpoch: number;
  period: PresentationPeriod;
  evidence: PresentedProof["evidence"];
};

/** What a person answers with: every circuit over the same seconds. `start` and `end` are Unix seconds, half open. */
export type Answer = { parts: Part[]; start: number; end: number };

/** Paths that the attester gave; without them, receipts are the evidence. */
export type Paths = readonly AnchorPath[] | undefined;

/**
 * Finds the period to answer with: the one that is named, else the latest that all logs hold with their evidence.
 *
 * @param wanted first epoch, as the log of the first circuit counts
 * @throws NOT_THERE where a circuit has no log; LOG_EPOCH_MISSING, ANCHOR_LEAF_UNKNOWN where the period or its evidence
 *         is missing; REQUEST_INVALID, USAGE for an epoch at which another circuit's does not begin
 */
export async function findAnswer(
  vault: Vault,
  request: PresentationRequest,
  wanted: string | undefined,
  paths: Paths,
): Promise<Answer> {
  const logs = await logsFor(vault, request);
  const first = logs[0]!;
  if (wanted !== undefined) {
    const epoch = parseEpoch(first.profile, first.offset, wanted);
    return answerAt(request, logs, epochStart(first.profile, first.offset, epoch), paths);
  }
  const { epochs } = request.statements[0]!.terms;
  const last = first.log.epochs.at(-1)?.epoch ?? -1;
  for (let epoch = last - epochs + 1; epoch >= first.opened.opening.firstEpoch; epoch--) {
    const start = epochStart(first.profile, first.offset, epoch);
    if (isComplete(request, logs, start, paths)) return answerAt(request, logs, start, paths);
  }
  throw new VitalproofError("LOG_EPOCH_MISSING", "No period of the request is complete yet.", {
    hint:
      paths === undefined
        ? "Seal the log, send the heads to the attester, and accept its receipts; or name a past period with --epoch."
        : "The paths file has no path for the last epoch of any period. Ask the attester for it.",
  });
}

/**
 * Decides every circuit without a proof, before anything is proven.
 * @throws STATEMENT_NOT_MET naming circuits and bounds, and by how much
 */
export function assertHolds(request: PresentationRequest, { parts }: Answer): void {
  const failing = parts.flatMap(({ index, circuit, firstEpoch, period }) =>
    checkTerms(
      termsForPeriod(request.statements[index]!.terms, firstEpoch),
      period.epochs.map(({ codes }) => codes),
    ).failing.map((bound) => ({ circuit, ...bound })),
  );
  if (failing.length === 0) return;
  const named = failing.map(({ circuit, bound }) => `${bound} of ${circuit}`);
  throw new VitalproofError("STATEMENT_NOT_MET", `The readings do not meet the terms: ${named.join(", ")}.`, {
    details: { failing: failing.map(({ circuit, bound, by, byAs }) => ({ circuit, bound, by, byAs })) },
    hint: failing.map(({ text }) => text).join(" "),
  });
}

/** The log of every circuit: its profile, offset and group. */
async function logsFor(vault: Vault, request: PresentationRequest): Promise<PatientLog[]> {
  const names = await logNames(vault);
  const all: PatientLog[] = [];
  for (const name of names) all.push(await resumeLog(vault, name));
  return request.statements.map(({ circuit, terms }) => {
    const ofProfile = all.filter(({ profile }) => profile.name === terms.profile);
    const found = ofProfile.filter(
      ({ offset, opened }) => offset === terms.offset && opened.opening.group === request.group,
    );
    // A person has one log of a profile and offset with one attester; of successors the latest counts.
    const kept = found.at(-1);
    if (kept !== undefined) return kept;
    throw new VitalproofError("NOT_THERE", `The vault holds no log for ${circuit}.`, {
      details: {
        circuit,
        wanted: { profile: terms.profile, offset: terms.offset, group: request.group },
        logs: ofProfile.map(({ name, offset, opened }) => ({ name, offset, group: opened.opening.group })),
      },
      hint:
        ofProfile.length === 0
          ? `It needs a log of ${terms.profile}.`
          : "The log's days begin at another time, or it is with another attester: the request must name the log's offset and group.",
    });
  });
}

function isComplete(
  request: PresentationRequest,
  logs: readonly PatientLog[],
  start: number,
  paths: Paths,
): boolean {
  try {
    answerAt(request, logs, start, paths);
    return true;
  } catch (error) {
    if (error instanceof VitalproofError && NOT_COMPLETE.has(error.code)) return false;
    throw error;
  }
}

const NOT_COMPLETE: ReadonlySet<string> = new Set(["LOG_EPOCH_MISSING", "ANCHOR_LEAF_UNKNOWN", "USAGE"]);

function answerAt(
  request: PresentationRequest,
  logs: readonly PatientLog[],
  start: number,
  paths: Paths,
): Answer {
  const epochs = firstEpochsAt(request, start);
  if (epochs === undefined) {
    throw new VitalproofError(
      "USAGE",
      `Not every circuit has an epoch that begins at ${instantText(start)}.`,
      {
        details: { start },
        hint: "Name an epoch at which all begin, or leave --epoch out.",
      },
    );
  }
  const parts = request.statements.map(({ circuit, terms }, index): Part => {
    const kept = logs[index]!;
    const firstEpoch = epochs[index]!;
    const { previousHead, epochs: openings } = kept.log.period(firstEpoch, terms.epochs);
    const lastEpoch = firstEpoch + terms.epochs - 1;
    const found = paths === undefined ? byReceipt(kept, lastEpoch) : byPath(kept, lastEpoch, paths);
    return {
      index,
      circuit,
      kept,
      firstEpoch,
      period: { previousHead, epochs: openings, path: found.path },
      evidence: found.evidence,
    };
  });
  const { kept, firstEpoch } = parts[0]!;
  const last = firstEpoch + request.statements[0]!.terms.epochs - 1;
  return { parts, start, end: epochEnd(kept.profile, kept.offset, last) };
}

type Evidence = Pick<Part, "evidence"> & Pick<PresentationPeriod, "path">;

function byReceipt({ log, profile, offset, name }: PatientLog, epoch: number): Evidence {
  const receipt: SignedReceipt | undefined = log.epochs.find((record) => record.epoch === epoch)?.receipt;
  if (receipt !== undefined) return { path: { receiptLeaf: receipt.leaf }, evidence: { receipt } };
  throw new VitalproofError(
    "LOG_EPOCH_MISSING",
    `Log "${name}" holds no receipt for ${nameOfEpoch(profile, offset, epoch)}.`,
    {
      details: { log: name, epoch },
      hint: "Send the head to the attester and accept its receipt; where the day is anchored, --path does without.",
    },
  );
}

function byPath(
  { log, profile, offset, name }: PatientLog,
  epoch: number,
  paths: readonly AnchorPath[],
): Evidence {
  const leaf = log.leaf(epoch);
  const path = paths.find((candidate) => candidate.leaf === leaf);
  if (path !== undefined) return { path, evidence: { anchorDay: anchorDayOf(profile, offset, epoch) } };
  throw new VitalproofError(
    "ANCHOR_LEAF_UNKNOWN",
    `No path is for ${nameOfEpoch(profile, offset, epoch)} of log "${name}".`,
    {
      details: { log: name, epoch, leaf },
      hint: "Ask the attester for the path of the period's last epoch (`vitalproof attester path`).",
    },
  );
}
