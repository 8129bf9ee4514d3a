// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { iotMessage } from "../src/formats/iotMessage.ts";
import { readWith, realFile, refusal, seconds } from "./jsonSupport.ts";

describe("IoT Hub and IoT Central messages", () => {
  it("reads the real messages at the device's own time, and counts what is no reading of ours", async function () {
    const of = (name: string) => readWith(iotMessage, realFile(this, "mqtt", name).replace(/^\uFEFF/, ""));
    const documented = await of("Documentation_CalculatedFunction_HeartRate_Payload.json");
    expect(documented.readings).to.deep.equal([
      { metric: "heart-rate", time: seconds("2019-02-01T22:46:01.875Z"), value: "78", unit: "/min" },
    ]);
    const hub = await of("IotHubPayloadExample.json");
    expect(hub.readings.map(({ value }) => value)).to.deep.equal(["203"]);
    expect(Math.floor(hub.readings[0]!.time)).to.equal(seconds("2019-01-30T22:45:02Z"));
    const several = await of("IotHubPayloadMultiValueExample.json");
    expect(several.report).to.deep.include({ entries: 3, taken: 0, skipped: { "another field": 3 } });
    const central = await of("IotCentralPayloadExample.json");
    expect(central.report).to.deep.include({ entries: 3, taken: 0, skipped: { "another field": 3 } });
  });

  it("reads a list; refuses what has no time or number; a zero is missing", async () => {
    const message = (body: object, at = "2026-03-02T09:00:00Z") => ({ telemetry: body, enqueuedTime: at });
    const { readings, report } = await readWith(iotMessage, [
      message({ HeartRate: 61, SpO2: 97 }),
      message({ heartRate: 0 }),
      message({ heartRate: null }),
      message({ heartRate: 62 }, "yesterday"),
    ]);
    expect(readings.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal(["61 /min", "97 %"]);
    expect(report).to.deep.include({
      entries: 5,
      taken: 2,
      skipped: { "sentinel zero": 1 },
      refused: { "value is not a number": 1, "no time": 1 },
    });
  });

  it("refuses what is no message, naming where", async () => {
    expect((await refusal(iotMessage, [{ telemetry: 5 }])).code).to.equal("FILE_NOT_UNDERSTOOD");
  });

  it("asks which device counts where messages come from several", async () => {
    const at = "2019-02-01T22:46:01Z";
    const messages = [
      { Body: { heartRate: "78", endDate: at, deviceId: "a" }, Properties: {}, SystemProperties: {} },
      { deviceId: "b", enqueuedTime: at, telemetry: { heartRate: 79 } },
      {
        Body: { heartRate: "80", endDate: at },
        Properties: {},
        SystemProperties: { "iothub-connection-device-id": "c" },
      },
    ];
    expect((await refusal(iotMessage, messages)).code).to.equal("SELECTION_REQUIRED");
    for (const [deviceId, value] of [
      ["a", "78"],
      ["b", "79"],
      ["c", "80"],
    ] as const) {
      const { readings, report } = await readWith(iotMessage, messages, { where: { deviceId } });
      expect(readings.map((reading) => reading.value)).to.deep.equal([value]);
      expect(report.skipped).to.deep.equal({ "other deviceId": 2 });
    }
  });
});
