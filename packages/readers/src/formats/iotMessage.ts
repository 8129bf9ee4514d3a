// SPDX-License-Identifier: GPL-3.0-or-later
import type { Ownership, TextFormat } from "../format.ts";
import { Collector, NO_NUMBER } from "./json/collector.ts";
import {
  field,
  isArray,
  isObject,
  JsonDocument,
  JsonNumber,
  type JsonValue,
  textOf,
} from "./json/document.ts";
import { instantOf } from "./json/instant.ts";
import { Owners } from "./json/owners.ts";

const HINT = "Pass a device message of Azure IoT Hub or IoT Central, or an array of them, as it was routed.";

/** A hub routes the messages of all its devices, and another device is mostly another person. */
const SELECTS: Ownership = { field: "deviceId", what: "devices" };

/** Names under which devices report what has one unit only; glucose has two, so that its name alone says too little. */
const FIELDS = {
  heartrate: { metric: "heart-rate", unit: "/min" },
  spo2: { metric: "spo2", unit: "%" },
  oxygensaturation: { metric: "spo2", unit: "%" },
} as const;

/**
 * Device messages of Azure IoT Hub (`Body`, `Properties`, `SystemProperties`) and IoT Central (`telemetry`,
 * `enqueuedTime`). The time is the device's own: `endDate` of the body, else the creation time among the properties;
 * IoT Central says only when it took the message. Source: the examples of github.com/microsoft/iomt-fhir.
 */
export const iotMessage: TextFormat = {
  name: "iot-message",
  title: "Azure IoT Hub and IoT Central messages (JSON)",
  selects: SELECTS,

  matches(head) {
    return /^\s*[[{]/.test(head) && (/"SystemProperties"\s*:/.test(head) || /"telemetry"\s*:/.test(head));
  },

  async read(input, options, take, owners = new Owners(SELECTS, options)) {
    const document = new JsonDocument(await input.text());
    const collector = new Collector(take, owners);
    const messages = isArray(document.root) ? document.root : [document.root];
    for (const [i, message] of messages.entries()) {
      const body = field(message, "Body") ?? field(message, "telemetry");
      if (!isObject(body))
        throw document.error(isArray(document.root) ? [i] : [], "it is not a device message", HINT);
      collector.belongsTo(deviceOf(message, body));
      const time = instantOf(timeOf(message, body));
      for (const [name, value] of Object.entries(body)) {
        if (name === "endDate" || name === "deviceId") continue;
        const known = FIELDS[name.toLowerCase() as keyof typeof FIELDS];
        if (known === undefined) collector.skip("another field");
        else if (typeof time === "string") collector.refuse(time);
        else {
          const text = value instanceof JsonNumber ? value.text : value;
          if (typeof text === "string") collector.reading({ ...known, time, value: text });
          else collector.refuse(NO_NUMBER);
        }
      }
    }
    return collector.report("iot-message");
  },
};

function deviceOf(message: JsonValue, body: JsonValue): string | undefined {
  return (
    textOf(body, "deviceId") ??
    textOf(message, "deviceId") ??
    textOf(field(message, "SystemProperties"), "iothub-connection-device-id")
  );
}

function timeOf(message: JsonValue, body: JsonValue): string | undefined {
  return (
    textOf(body, "endDate") ??
    textOf(field(message, "Properties"), "iothub-creation-time-utc") ??
    textOf(message, "enqueuedTime")
  );
}
