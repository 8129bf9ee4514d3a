// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metrics } from "../../operate/metrics.ts";
import type { AlertLane } from "./lane.ts";
import type { AlertStatus } from "./status.ts";

/** Upper bounds in seconds: an epoch of half a minute, a proof of seconds, a verifier who waits a quarter of an hour. */
const BUCKETS = [1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 300, 600, 900, 1_800, 3_600];

/**
 * What is worth an alarm. No person, log or request becomes a label.
 * @param status as it is asked for anyway; `kept` keeps it for a moment
 */
export function alertMetrics(
  metrics: Metrics,
  lane: Pick<AlertLane, "onVerified">,
  status: () => Promise<AlertStatus>,
): void {
  const sinceMessage = metrics.histogram(
    {
      name: "gateway_alert_latency_seconds",
      help: "From the last message of a period to its verified alert",
    },
    BUCKETS,
  );
  const sinceReceipt = metrics.histogram(
    { name: "gateway_alert_proof_seconds", help: "From a period's receipt to its verified alert" },
    BUCKETS,
  );
  lane.onVerified((message, receipt) => {
    if (message !== undefined) sinceMessage.observe(message / 1000);
    sinceReceipt.observe(receipt / 1000);
  });
  const total = async (state: keyof AlertStatus["requests"][number]["counts"]): Promise<number> =>
    (await status()).requests.reduce((sum, { counts }) => sum + counts[state], 0);
  metrics.gauge({ name: "gateway_alerts_delivered", help: "Alerts that their receivers have" }, () =>
    total("delivered"),
  );
  metrics.gauge(
    { name: "gateway_alerts_undelivered", help: "Alerts that are to be proven or delivered" },
    async () => (await total("proving")) + (await total("proven")),
  );
  metrics.gauge({ name: "gateway_alerts_expired", help: "Alerts that came too late" }, () =>
    total("expired"),
  );
  metrics.gauge(
    { name: "gateway_alert_problems", help: "Problems of alerts that an operator has to look at" },
    async () => (await status()).problems.length,
  );
}
