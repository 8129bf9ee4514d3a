// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metrics } from "../operate/metrics.ts";
import type { SourceStatus } from "./sources.ts";
import type { GatewayStatus } from "./status.ts";

const OUTCOMES = ["given", "waiting", "kept", "moved", "dropped", "duplicate"] as const;
const CLAIMS = ["open", "ready", "proven", "sent", "settled", "final", "unmet", "lapsed", "refused"] as const;
const MESSAGES = ["received", "stored", "lost"] as const;

/** What is worth an alarm, as numbers that a monitor asks for. No person and no log is in a label. */
export function gatewayMetrics(metrics: Metrics, status: () => Promise<GatewayStatus>): void {
  const gauge = (name: string, help: string, read: (status: GatewayStatus) => number): void => {
    metrics.gauge({ name: `gateway_${name}`, help }, async () => read(await status()));
  };
  gauge("logs", "Logs of people who were admitted", ({ logs }) => logs.length);
  gauge(
    "logs_open",
    "Logs that are open and not stopped",
    ({ logs }) => logs.filter(({ isOpen, stopped }) => isOpen && stopped === undefined).length,
  );
  gauge("people_waiting", "Configured people whose logs do not run", ({ people }) => people.waiting);
  for (const outcome of OUTCOMES) {
    gauge(`readings_${outcome}`, `Readings of all logs: ${outcome}`, ({ logs }) =>
      sumOf(logs.map(({ readings }) => readings[outcome])),
    );
  }
  gauge(
    "readings_refused",
    "Readings that were refused, with those that belong to no log",
    ({ logs, refused }) =>
      sumOf(
        [refused, ...logs.map(({ readings }) => readings.refused)].flatMap((each) => Object.values(each)),
      ),
  );
  gauge("epochs_gaps", "Epochs that were lost", ({ logs }) => sumOf(logs.map(({ gaps }) => gaps)));
  gauge("heads_unsent", "Sealed heads without a receipt", ({ logs }) =>
    sumOf(logs.map(({ unsent }) => unsent)),
  );
  gauge(
    "oldest_deadline_seconds",
    "Unix second by which the first head must arrive; 0 where none waits",
    ({ logs }) => {
      const deadlines = logs.flatMap(({ deadline }) => deadline ?? []);
      return deadlines.length === 0 ? 0 : Math.min(...deadlines);
    },
  );
  for (const each of MESSAGES) {
    gauge(`messages_${each}`, `Messages since the start: ${each}`, ({ sources }) =>
      sumOf(sources.map((source: SourceStatus) => source[each])),
    );
  }
  gauge(
    "sources_connected",
    "Sources of messages that are connected",
    ({ sources }) => sources.filter(({ isConnected }) => isConnected).length,
  );
  for (const state of CLAIMS) {
    gauge(`claims_${state}`, `Claims whose state is ${state}`, ({ policies }) =>
      sumOf(policies.map(({ claims }) => claims[state] ?? 0)),
    );
  }
  gauge("proofs_waiting", "Proofs of claims that wait for a prover", ({ proofs }) => proofs?.waiting ?? 0);
  gauge("proofs_failed", "Proofs of claims that failed again and again", ({ proofs }) => proofs?.failed ?? 0);
  gauge("clock_trusted", "1 while the clock of this machine is believed", ({ clock }) =>
    clock.isTrusted ? 1 : 0,
  );
  gauge("problems", "Problems that an operator has to look at", ({ problems }) => problems.length);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
