// SPDX-License-Identifier: GPL-3.0-or-later

import type { QueueState } from "../jobs/index.ts";
import type { Loop } from "../operate/loop.ts";
import { dutyProblems, type Problem } from "../operate/status.ts";
import type { Admission } from "./admission.ts";
import type { AlertProblem, AlertRequestStatus, AlertStatus } from "./alerts/index.ts";
import type { Claiming } from "./claims/claiming.ts";
import { claimProblems, type PolicyState } from "./claims/claimsState.ts";
import type { ClockState } from "./core/clock.ts";
import type { Gateway } from "./core/gateway.ts";
import type { LogStatus } from "./core/logStatus.ts";
import type { Problem as CoreProblem } from "./core/problems.ts";
import type { SourceStatus, Sources } from "./sources.ts";

/** How a gateway is doing: local names, counts and times. */
export interface GatewayStatus {
  readonly service: "gateway";
  /** Unix second. */
  readonly at: number;
  readonly clock: ClockState;
  /** Configured people whose logs run, and those who wait. */
  readonly people: { readonly running: number; readonly waiting: number };
  readonly sources: readonly SourceStatus[];
  readonly logs: readonly LogStatus[];
  /** Readings that belong to no log, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly policies: readonly PolicyState[];
  /** Proofs of claims that are to be made; undefined where no claims are made. */
  readonly proofs: QueueState | undefined;
  readonly alerts: readonly AlertRequestStatus[];
  /** What is wrong, and what to do, in plain words. */
  readonly problems: readonly Problem[];
}

export interface StatusOptions {
  readonly gateway: Pick<Gateway, "state">;
  readonly admission: Admission;
  readonly sources: Pick<Sources, "status" | "problems">;
  readonly claiming: Claiming | undefined;
  readonly alerts: () => Promise<AlertStatus>;
  readonly loop: Pick<Loop, "states">;
  /** Configured people. */
  readonly people: number;
  readonly clock: () => number;
}

export async function gatewayStatus(options: StatusOptions): Promise<GatewayStatus> {
  const { gateway, admission, sources, claiming, loop, people, clock } = options;
  const { clock: state, logs, refused, problems } = await gateway.state();
  const policies = (await claiming?.state()) ?? [];
  const alerts = await options.alerts();
  const at = clock();
  return {
    service: "gateway",
    at,
    clock: state,
    people: { running: people - admission.waiting, waiting: admission.waiting },
    sources: sources.status,
    logs,
    refused,
    policies,
    proofs: await claiming?.queue(),
    alerts: alerts.requests,
    problems: [
      ...problems.map(problemOf),
      ...alerts.problems.map(alertProblemOf),
      ...claimProblems(policies, at),
      ...((await claiming?.problems()) ?? []),
      ...admission.problems,
      ...sources.problems,
      ...dutyProblems(loop.states),
    ],
  };
}

const WHAT: Readonly<Record<string, string>> = {
  "clock-doubted": "The clock of this machine is doubted",
  "log-stopped": "the attester has another head",
  "person-erased": "the person was erased",
  "deadline-missed": "a head did not arrive in time",
  "deadline-near": "a head must arrive within the hour",
  gaps: "epochs were lost",
  "not-open": "it is not open yet",
  "enrol-failed": "the attester did not open it",
  "seal-failed": "it cannot be sealed",
  "send-failed": "its heads cannot be sent",
  "device-unknown": "Messages name devices that no log has",
};

/** In the words of all services. */
function problemOf({ kind, log, code, hint }: CoreProblem): Problem {
  const what = WHAT[kind] ?? kind;
  return {
    what: `${log === undefined ? what : `Log ${log}: ${what}`}${code === undefined ? "" : ` (${code})`}.`,
    todo: hint,
  };
}

function alertProblemOf({ kind, log, code, epochs, hint }: AlertProblem): Problem {
  const because = code === undefined ? "" : ` (${code})`;
  return {
    what: `Log ${log}: ${ALERTS[kind]}${epochs === undefined ? "" : `, ${epochs} so far`}${because}.`,
    todo: hint,
  };
}

const ALERTS: Readonly<Record<AlertProblem["kind"], string>> = {
  "alert-expired": "alerts came too late",
  "alert-refused": "nothing can be proven of some epochs",
  "alert-waits": "an alert waits",
  "alert-development-key": "anyone can forge its alerts, since the circuit's key is a development key",
};
