// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metrics } from "../operate/metrics.ts";
import type { CustodianStatus } from "./status.ts";

/** Gauges for alarms; NaN before the first round. @returns the counter of batches */
export function custodianMetrics(metrics: Metrics, status: () => Promise<CustodianStatus>) {
  const gauge = (name: string, help: string, of: (status: CustodianStatus) => number | undefined): void => {
    metrics.gauge({ name: `custodian_${name}`, help }, async () => of(await status()) ?? Number.NaN);
  };
  gauge("waiting", "Accesses that are not on the chain, missed ones included", ({ waiting }) => waiting);
  gauge("missed", "Accesses that were accepted and cannot be logged", ({ missed }) => missed);
  gauge("unsettled", "Transactions that are not final", ({ unsettled }) => unsettled);
  gauge("proofs_waiting", "Proofs of batches that wait for a prover", ({ proofs }) => proofs.waiting);
  gauge("proofs_failed", "Proofs of batches that failed again and again", ({ proofs }) => proofs.failed);
  gauge("problems", "Problems that an operator has to look at", ({ problems }) => problems.length);
  return metrics.counter({
    name: "custodian_batches_total",
    help: "Batches that were sent, sent again, or lost by a reorganisation",
    labels: { what: ["sent", "sent-again", "lost"], kind: ["accesses", "consents"] },
  });
}
