// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Report } from "@vitalproof/sdk/ledger";
import type { QueueState } from "../jobs/index.ts";
import type { DutyState } from "../operate/loop.ts";
import { dutyProblems, type Problem } from "../operate/status.ts";
import type { KindFault, PageKeeper } from "./keeper.ts";
import type { WaitingProof } from "./proofs/pageProofs.ts";

/** How a custodian is doing. Times are Unix seconds. */
export interface CustodianStatus {
  readonly service: "custodian";
  readonly at: number;
  readonly page: bigint;
  readonly account: string;
  /** Accesses that are not on the chain, missed ones included. This and the next two are those of the last round. */
  readonly waiting?: number;
  readonly missed?: number;
  /** Transactions that are not final. */
  readonly unsettled?: number;
  readonly closesAt: number;
  /** Proofs that are to be made. */
  readonly proofs: QueueState;
  readonly problems: readonly Problem[];
}

/** Minutes without the end of a round after which somebody should look. */
const LONG = 30;
/** Seconds for which a proof may wait until a prover takes it. */
const UNTAKEN = 300;

export type StatusOptions = {
  readonly keeper: PageKeeper;
  readonly page: bigint;
  readonly account: string;
  readonly states: readonly DutyState[];
  readonly proofs: QueueState;
  /** That the page waits for. */
  readonly proof: WaitingProof | undefined;
  /** When the process began: Unix milliseconds, as duties have it. */
  readonly began: number;
  readonly at: number;
};

export function custodianStatus({
  keeper,
  page,
  account,
  states,
  proofs,
  proof,
  began,
  at,
}: StatusOptions): CustodianStatus {
  const { report } = keeper;
  const problems = [
    ...dutyProblems(states),
    ...longProblems(states, began),
    ...keeper.faults.map(faultProblem),
    ...missedProblems(report),
    ...(proof === undefined ? [] : proofProblems(proof, proofs, at)),
  ];
  const figures =
    report === undefined
      ? {}
      : {
          waiting: report.waiting,
          missed: report.missed.length,
          unsettled: report.unsettled.length,
        };
  return { service: "custodian", at, page, account, ...figures, closesAt: keeper.closesAt, proofs, problems };
}

/** The page's batches wait behind a proof without a fault. */
function proofProblems({ since }: WaitingProof, { running }: QueueState, at: number): Problem[] {
  if (running > 0 || at - since < UNTAKEN) return [];
  return [
    {
      what: `A batch has waited for a prover for ${Math.floor((at - since) / 60)} minutes.`,
      todo: "Run `vitalproof custodian prove` on a machine that has the circuits, or set custodian.provers to 1.",
    },
  ];
}

function faultProblem({ kind, fault }: KindFault): Problem {
  // Of a prover's own fault, wherever it runs.
  const code = fault instanceof VitalproofError ? (fault.details.code ?? fault.code) : "FAULT";
  return {
    what: `Batches of ${kind} cannot be made or sent (${code}).`,
    todo: "The log names the cause: a circuit that the ledger does not take, its files, a prover, an account without ether. It is tried again on its own.",
  };
}

/** Of accesses that were accepted, until somebody has dealt with them. */
function missedProblems(report: Report | undefined): Problem[] {
  const open = (report?.missed ?? []).filter(({ isLeft }) => !isLeft);
  const undecided = open.filter(({ reason }) => reason === "not-live").length;
  const lost = open.length - undecided;
  const problems: Problem[] = [];
  if (undecided > 0) {
    problems.push({
      what: `${undecided} accesses were accepted and their consents had been revoked.`,
      todo: "GET /custodian/missed lists them. POST /custodian/decisions says of each whether it was an emergency.",
    });
  }
  if (lost > 0) {
    problems.push({
      what: `${lost} accesses were accepted and cannot be logged any more.`,
      todo: "GET /custodian/missed lists them with the reason. Tell their patients, then POST /custodian/decisions with leave-out.",
    });
  }
  return problems;
}

/** A transaction that no block includes holds everything up without an error. */
function longProblems(states: readonly DutyState[], began: number): Problem[] {
  return states
    .filter(
      ({ faults, lastGood = began }) =>
        faults === 0 && Date.now() - Math.max(lastGood, began) > LONG * 60_000,
    )
    .map(({ name }) => ({
      what: `The duty "${name}" has not ended a round for more than ${LONG} minutes.`,
      todo: "Look whether a transaction of its account waits: replace it with one that pays more, and start the service again.",
    }));
}
