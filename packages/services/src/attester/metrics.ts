// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metrics } from "../operate/metrics.ts";
import type { AttesterStatus } from "./status.ts";

/** What is worth an alarm, as numbers that a monitor asks for. */
export function attesterMetrics(metrics: Metrics, status: () => Promise<AttesterStatus>): void {
  metrics.gauge(
    { name: "attester_people", help: "People who are registered" },
    async () => (await status()).people,
  );
  metrics.gauge({ name: "attester_logs", help: "Logs that were opened" }, async () => (await status()).logs);
  metrics.gauge(
    { name: "attester_last_head_seconds", help: "Unix second of the last head that was accepted" },
    async () => (await status()).lastHead ?? 0,
  );
  metrics.gauge(
    { name: "attester_unanchored_days", help: "Closed days of which the chain has no final root" },
    async () => (await status()).days.filter(({ state }) => state !== "open" && state !== "final").length,
  );
  metrics.gauge(
    { name: "attester_problems", help: "Problems that an operator has to look at" },
    async () => (await status()).problems.length,
  );
}
