// SPDX-License-Identifier: GPL-3.0-or-later
import { isArray } from "@vitalproof/readers/rules";
import { placeOf, type Tree } from "./document.ts";
import type { Output } from "./output.ts";
import { Refused } from "./refusal.ts";
import { type Arrival, type Mapping, readSamples } from "./samples.ts";
import type { PayloadRule } from "./settings.ts";

type Enveloped = Extract<PayloadRule, { format: "iot-hub" | "iot-central" }>;

/**
 * Where Azure's envelopes have the device and its time. The hub's own name of the device is what it checked at the connection;
 * a body that names another one is refused. Source: the examples of github.com/microsoft/iomt-fhir, and the documentation of
 * IoT Hub's system properties. The times are those that @vitalproof/readers uses.
 */
const ENVELOPES = {
  "iot-hub": {
    each: "$.Body",
    device: { path: ["$.SystemProperties['iothub-connection-device-id']", "$.Body.deviceId"] },
    time: { path: ["$.Body.endDate", "$.Properties['iothub-creation-time-utc']"], form: "iso" },
  },
  "iot-central": {
    each: "$.telemetry",
    device: { path: "$.deviceId" },
    time: { path: "$.enqueuedTime", form: "iso" },
  },
} as const satisfies Record<Enveloped["format"], Omit<Mapping, "values">>;

/** Reads one message of a hub, or a list of them as hubs route them in batches. */
export function readEnvelopes(root: Tree, rule: Enveloped, arrival: Arrival, output: Output): void {
  const { each, device, time } = ENVELOPES[rule.format];
  const mapping = {
    each,
    device: rule.device ?? device,
    source: rule.source,
    time: rule.time ?? time,
    values: rule.values,
  };
  for (const message of messagesIn(root, arrival.most)) {
    output.attempt(() => readSamples(message, mapping, arrival, output));
  }
}

function messagesIn(root: Tree, most: number): Tree[] {
  const { exact, plain, path } = root;
  if (!isArray(exact) || !Array.isArray(plain)) return [root];
  if (exact.length > most) throw new Refused("too-many-values", placeOf(path));
  return exact.map((each, i) => ({ path: [...path, i], exact: each, plain: plain[i]! }));
}
