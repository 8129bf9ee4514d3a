// SPDX-License-Identifier: GPL-3.0-or-later
export { type ProvingCircuit, type ProvingCircuits, provingCircuits } from "../../proving/circuits.ts";
export { AlertLane, type AlertLaneOptions } from "./lane.ts";
export { alertMetrics } from "./metrics.ts";
export { withAlerts } from "./requests.ts";
export { type AlertSettings, alertSettings } from "./settings.ts";
export type { AlertProblem, AlertRequestStatus, AlertStatus, Latency } from "./status.ts";
