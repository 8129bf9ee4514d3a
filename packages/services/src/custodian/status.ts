// SPDX-License-Identifier: GPL-3.0-or-later
import type { DutyState } from "../operate/loop.ts";
import { dutyProblems, type Problem } from "../operate/status.ts";
import type { PageKeeper } from "./keeper.ts";

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
  readonly problems: readonly Problem[];
}

/** Minutes without the end of a round after which somebody should look. */
const LONG = 30;

export type StatusOptions = {
  readonly keeper: PageKeeper;
  readonly page: bigint;
  readonly account: string;
  readonly states: readonly DutyState[];
  /** When the process began: Unix milliseconds, as duties have it. */
  readonly began: number;
  readonly at: number;
};

export function custodianStatus({
  keeper,
  page,
  account,
  states,
  began,
  at,
}: StatusOptions): CustodianStatus {
  const { report } = keeper;
  const undecided = (report?.missed ?? []).filter(
    ({ reason, isLeft }) => reason === "not-live" && !isLeft,
  ).length;
  const problems = [...dutyProblems(states), ...longProblems(states, began)];
  if (undecided > 0) {
    problems.push({
      what: `${undecided} accesses were accepted and their consents had been revoked.`,
      todo: "GET /custodian/missed lists them. POST /custodian/decisions says of each whether it was an emergency.",
    });
  }
  const figures =
    report === undefined
      ? {}
      : {
          waiting: report.waiting,
          missed: report.missed.length,
          unsettled: report.unsettled.length,
        };
  return { service: "custodian", at, page, account, ...figures, closesAt: keeper.closesAt, problems };
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
