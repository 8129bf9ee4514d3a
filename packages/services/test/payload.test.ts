// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import * as v from "valibot";
import { PayloadReader, type PayloadResult, payloadSettings, REFUSAL_REASONS } from "../src/gateway/index.ts";

const DATA = join(import.meta.dirname, "../../../../shared/data");

/** Bytes of a real file. Skips the test where the folder of real data is not next to the repository. */
function shared(test: Mocha.Context, path: string): Uint8Array {
  const file = join(DATA, path);
  if (!existsSync(file)) {
    console.log(`      skipped: ../shared/data/${path} is not next to the repository`);
    test.skip();
  }
  return readFileSync(file);
}

const AT = "2026-03-02T09:00:00Z";
const NOW = Date.parse("2026-03-02T09:00:05Z");
const seconds = (time: string): number => Date.parse(time) / 1000;

const PULSE = { metric: "heart-rate", value: "$.hr", unit: "/min" };
const RULE = {
  filter: "devices/+/hr",
  format: "json",
  device: { level: 2 },
  time: { path: "$.t" },
  values: [PULSE],
};

function readerOf(...rules: object[]): PayloadReader {
  // Without members that are undefined, as a file of settings is.
  return new PayloadReader(v.parse(payloadSettings, JSON.parse(JSON.stringify({ rules }))));
}
function read(
  rule: object,
  payload: unknown,
  topic = "devices/d1/hr",
  receivedAt = NOW,
): Promise<PayloadResult> {
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return readerOf({ ...RULE, ...rule }).read({ topic, payload: bytes, receivedAt, retained: false });
}
/** "reason at place", for each. */
function refused({ refusals }: PayloadResult): string[] {
  return refusals.map(({ reason, place }) => `${reason} at ${place}`);
}
/** "value unit", for each. */
function valuesOf({ readings }: PayloadResult): string[] {
  return readings.map(({ value, unit }) => `${String(value)} ${unit}`);
}

describe("payloads: the shared messages of Azure's hubs", () => {
  const hub = { filter: "#", format: "iot-hub", device: undefined, time: undefined };

  it("IoT Hub, as documented, with a byte order mark: number as a text, time and device of the body", async function () {
    const bytes = shared(this, "mqtt/Documentation_CalculatedFunction_HeartRate_Payload.json");
    expect([...bytes.subarray(0, 3)]).to.deep.equal([0xef, 0xbb, 0xbf]);
    const result = await read({ ...hub, values: [{ ...PULSE, value: "@.heartRate" }] }, bytes);
    expect(result).to.deep.equal({
      rule: "#",
      readings: [
        {
          metric: "heart-rate",
          time: seconds("2019-02-01T22:46:01.875Z"),
          value: "78",
          unit: "/min",
          device: "device123",
        },
      ],
      refusals: [],
      skipped: {},
    });
  });

  it("IoT Hub: the device that the hub checked, and the time of creation, not of arrival", async function () {
    const bytes = shared(this, "mqtt/IotHubPayloadExample.json");
    const { readings, refusals } = await read(
      { ...hub, values: [{ ...PULSE, value: "@.heartrate" }] },
      bytes,
    );
    expect(refusals).to.deep.equal([]);
    expect(readings).to.have.length(1);
    expect(readings[0]).to.include({ value: "203", device: "ev-d795-1d04-55ae" });
    // Compared by hand: Hardhat's matchers, which other files load, want whole numbers.
    expect(Math.abs(readings[0]!.time - (seconds("2019-01-30T22:45:02Z") + 0.607_374_4))).to.be.below(1e-6);
  });

  it("IoT Hub: several values of one message", async function () {
    const bytes = shared(this, "mqtt/IotHubPayloadMultiValueExample.json");
    const values = [
      { metric: "other", value: "@.systolic", unit: "mm[Hg]" },
      { metric: "other", value: "@.diastolic", unit: "mm[Hg]" },
      { metric: "other", value: "@.steps", unit: "{steps}" },
      { ...PULSE, value: "@.heartrate", optional: true },
    ];
    const result = await read({ ...hub, values }, bytes);
    expect(valuesOf(result)).to.deep.equal(["111 mm[Hg]", "75 mm[Hg]", "30 {steps}"]);
    expect(result.skipped).to.deep.equal({ missing: 1 });
    expect(new Set(result.readings.map(({ device }) => device))).to.deep.equal(
      new Set(["ev-d795-1d04-55ae"]),
    );
  });

  it("IoT Central: values in objects, the device, and the time at which it took the message", async function () {
    const bytes = shared(this, "mqtt/IotCentralPayloadExample.json");
    const values = [
      { metric: "other", value: "@.BloodPressure.Systolic", unit: "mm[Hg]" },
      { metric: "other", value: "@.BloodPressure.Diastolic", unit: "mm[Hg]" },
      { metric: "other", value: "@.RespiratoryRate", unit: "/min" },
      { metric: "other", value: "@.Activity", unit: "1" },
    ];
    const result = await read({ ...hub, format: "iot-central", values }, bytes);
    expect(valuesOf(result)).to.deep.equal(["71 mm[Hg]", "7 mm[Hg]", "13 /min"]);
    expect(refused(result)).to.deep.equal(["not-a-number at $.telemetry.Activity"]);
    expect(result.readings[0]).to.include({
      device: "1vzb5ghlsg1",
      time: seconds("2020-08-05T22:26:55.455Z"),
    });
  });

  it("a batch of messages: each has its device and time, and one that lies does not void the others", async () => {
    const message = (hr: unknown, own: string, checked: string) => ({
      Body: { hr, deviceId: own, endDate: AT },
      Properties: {},
      SystemProperties: { "iothub-connection-device-id": checked },
    });
    const values = [{ ...PULSE, value: "@.hr" }];
    const batch = [message("60", "a", "a"), message("61", "a", "b"), message(62, "c", "c"), { Body: 5 }, 7];
    const result = await read({ ...hub, values }, batch);
    expect(result.readings.map(({ device, value }) => `${device} ${String(value)}`)).to.deep.equal([
      "a 60",
      "c 62",
    ]);
    expect(refused(result)).to.deep.equal([
      "several-devices at $[1].Body.deviceId",
      "no-device at $[3].Body",
      "no-value at $[4]",
    ]);
  });
});

describe("payloads: Open mHealth and FHIR, by the readers' rules", () => {
  const PASS: Readonly<Record<string, string>> = {
    "blood-glucose/4.0/shouldPass/with-date-time-time-frame.json": "95 mg/dL",
    "blood-glucose/4.0/shouldPass/with-temporal-relationship-to-meal.json": "95 mg/dL",
    "blood-glucose/4.0/shouldPass/with-temporal-relationship-to-sleep.json": "95 mg/dL",
    "blood-glucose/4.0/shouldPass/with-descriptive-statistic.json": "statistic: minimum",
    "blood-glucose/4.0/shouldPass/with-everything.json": "statistic: minimum",
    "heart-rate/2.0/shouldPass/with-descriptive-statistic.json": "statistic: minimum",
    "heart-rate/2.0/shouldPass/with-temporal-relationship-to-sleep.json": "67.5 /min",
  };
  const FAIL: Readonly<Record<string, string>> = {
    "blood-glucose/4.0/shouldFail/empty-document.json": "$",
    "blood-glucose/4.0/shouldFail/invalid-descriptive-statistic.json": "$.descriptive_statistic",
    "blood-glucose/4.0/shouldFail/invalid-specimen-source.json": "$",
    "blood-glucose/4.0/shouldFail/invalid-temporal-relationship-to-meal.json": "$",
    "blood-glucose/4.0/shouldFail/invalid-temporal-relationship-to-sleep.json": "$",
    "blood-glucose/4.0/shouldFail/invalid-time-interval.json": "$.effective_time_frame.time_interval",
    "blood-glucose/4.0/shouldFail/missing-time-frame.json": "$",
    "heart-rate/2.0/shouldFail/empty-document.json": "$",
    "heart-rate/2.0/shouldFail/incorrect-unit.json": "$.heart_rate.unit",
    "heart-rate/2.0/shouldFail/missing-effective-time-frame.json": "$",
  };
  const omh = { format: "open-mhealth", time: undefined, values: undefined };
  const fhir = { ...omh, format: "fhir" };

  for (const [file, wanted] of Object.entries(PASS))
    it(`reads ${file}`, async function () {
      const result = await read(omh, shared(this, `omh/${file}`));
      expect(result.refusals).to.deep.equal([]);
      if (wanted.startsWith("statistic"))
        expect(result).to.deep.include({ readings: [], skipped: { [wanted]: 1 } });
      else {
        expect(valuesOf(result)).to.deep.equal([wanted]);
        expect(result.readings[0]!.device).to.equal("d1");
      }
    });
  for (const [file, place] of Object.entries(FAIL))
    it(`refuses ${file}`, async function () {
      const result = await read(omh, shared(this, `omh/${file}`));
      expect(result.readings).to.deep.equal([]);
      expect(refused(result)).to.deep.equal([`not-understood at ${place}`]);
      expect(result.refusals[0]!.detail).to.be.a("string");
    });

  it("FHIR: the real Observations, with the source that they name", async function () {
    const of = (name: string) => read(fhir, shared(this, `fhir/Observation-${name}.json`));
    expect((await of("f001")).readings).to.deep.equal([
      {
        metric: "glucose",
        time: seconds("2013-04-02T09:30:10+01:00"),
        value: "6.3",
        unit: "mmol/L",
        source: "Practitioner/f005",
        device: "d1",
      },
    ]);
    expect((await of("satO2")).readings[0]).to.include({
      value: "95",
      unit: "%",
      source: "DeviceMetric/example",
    });
    expect((await of("heart-rate")).refusals).to.deep.equal([
      { reason: "date-only", place: "$", count: 1, detail: "date without a time" },
    ]);
    expect((await of("vitals-panel")).skipped).to.deep.equal({ "panel of other resources": 1 });
    expect((await of("body-temperature")).skipped).to.deep.equal({ "LOINC 8310-5": 1 });
  });

  it("FHIR: other real resources are refused by name", async function () {
    for (const name of [
      "Claim-100150",
      "ClaimResponse-R3500",
      "Consent-consent-example-basic",
      "Device-example",
    ]) {
      const result = await read(fhir, shared(this, `fhir/${name}.json`));
      expect(refused(result)).to.deep.equal(["not-understood at $"]);
      expect(result.refusals[0]!.detail).to.match(/^it is a FHIR \w+, and no Observation or Bundle$/);
    }
  });

  const observation = (code: string, value: unknown, unit: string, more: object = {}) => ({
    resourceType: "Observation",
    status: "final",
    code: { coding: [{ system: "http://loinc.org", code }] },
    effectiveDateTime: AT,
    valueQuantity: { value, system: "http://unitsofmeasure.org", code: unit },
    ...more,
  });
  const bundle = (...resources: object[]) => ({
    resourceType: "Bundle",
    type: "collection",
    entry: resources.map((resource) => ({ resource })),
  });

  it("FHIR: status, unit and range are the readers', and one bad metric does not void the others", async () => {
    const cases = [
      [observation("8867-4", 61, "/min", { status: "entered-in-error" }), []],
      [observation("8867-4", 61, "mg/dL"), ["wrong-unit at $"]],
      [observation("8867-4", 900, "/min"), ["implausible at $"]],
      [observation("8867-4", 61, "/min", { effectiveDateTime: "2030-01-01T00:00:00Z" }), ["in-future at $"]],
      [
        observation("8867-4", 61, "/min", { effectiveDateTime: "2026-03-02T09:00:00" }),
        ["time-without-zone at $"],
      ],
    ] as const;
    for (const [resource, wanted] of cases) {
      const result = await read(fhir, resource);
      expect(result.readings).to.deep.equal([]);
      expect(refused(result)).to.deep.equal(wanted);
    }
    const mixed = await read(
      fhir,
      bundle(
        observation("8867-4", 61, "/min"),
        observation("59408-5", 255, "%"),
        observation("8310-5", 37, "Cel"),
        observation("15074-8", 99, "mmol/L"),
        observation("15074-8", 5.5, "mmol/L", { effectiveDateTime: "2026-03-02T08:00:00Z" }),
      ),
    );
    expect(valuesOf(mixed)).to.deep.equal(["61 /min"]);
    expect(refused(mixed)).to.deep.equal(["implausible at $", "out-of-range at $"]);
    expect(mixed.refusals[0]).to.include({ reason: "implausible", detail: "glucose" });
    expect(mixed.skipped).to.deep.equal({ "LOINC 8310-5": 1 });
  });

  it("FHIR: two people in one message are nobody's readings", async () => {
    const of = (reference: string) => observation("8867-4", 61, "/min", { subject: { reference } });
    const result = await read(fhir, bundle(of("Patient/1"), of("Patient/2")));
    expect(result.readings).to.deep.equal([]);
    expect(refused(result)).to.deep.equal(["several-people at $"]);
  });

  it("FHIR: the device can be what the message names", async () => {
    const resource = observation("8867-4", 61, "/min", { device: { reference: "Device/7" } });
    const result = await read({ ...fhir, device: { path: "$.device.reference" } }, resource);
    expect(result.readings[0]!.device).to.equal("Device/7");
    expect(
      refused(
        await read({ ...fhir, device: { path: "$.device.reference" } }, observation("8867-4", 61, "/min")),
      ),
    ).to.deep.equal(["no-device at $"]);
  });
});

describe("payloads: JSON by mapping", () => {
  it("names come from the topic's levels, the message, or the rule", async () => {
    const payload = { t: AT, hr: 61, id: "dev-9", sensor: { name: "ring" }, n: 5 };
    const by = async (device: object, source?: object) => {
      const [reading] = (await read({ device, source }, payload)).readings;
      return [reading?.device, reading?.source];
    };
    expect(await by({ level: 2 })).to.deep.equal(["d1", undefined]);
    expect(await by({ path: "$.id" }, { path: "$.sensor.name" })).to.deep.equal(["dev-9", "ring"]);
    expect(await by({ path: ["$.none", "$.n"] }, { text: "belt" })).to.deep.equal(["5", "belt"]);
    expect(refused(await read({ device: { level: 9 } }, payload))).to.deep.equal(["no-device at $"]);
    expect(refused(await read({ device: { path: "$.sensor" } }, payload))).to.deep.equal(["no-device at $"]);
    expect(refused(await read({ device: { path: ["$.id", "$.sensor.name"] } }, payload))).to.deep.equal([
      "several-devices at $.sensor.name",
    ]);
  });

  it("the first rule that fits counts; a topic that fits none is counted and reported", async () => {
    const reader = readerOf(
      { ...RULE, name: "first", filter: "devices/a/#" },
      { ...RULE, name: "second", filter: "devices/+/hr" },
      { ...RULE, name: "third", filter: "devices/+/hr" },
    );
    const ruleFor = async (topic: string) =>
      (
        await reader.read({
          topic,
          payload: Buffer.from(JSON.stringify({ t: AT, hr: 61 })),
          receivedAt: NOW,
          retained: false,
        })
      ).rule;
    expect(await ruleFor("devices/a/hr")).to.equal("first");
    expect(await ruleFor("devices/b/hr")).to.equal("second");
    expect(await ruleFor("devices/b/spo2")).to.equal(undefined);
    expect(await ruleFor("$SYS/broker/load")).to.equal(undefined);
    expect(reader.filters).to.deep.equal(["devices/a/#", "devices/+/hr"]);
    expect(reader.state()).to.deep.equal({
      messages: 4,
      readings: 2,
      refused: { "no-rule": 2 },
      unmatched: 2,
      unmatchedTopics: ["devices/b/spo2", "$SYS/broker/load"],
    });
  });

  it("keeps every digit, moves the point exactly, and reads texts as numbers", async () => {
    const written = async (value: string, scale = 0): Promise<string | undefined> => {
      const values = [{ metric: "other", value: "$.v", unit: "1", scale }];
      const [reading] = (await read({ values }, `{"t":"${AT}","v":${value}}`)).readings;
      return reading === undefined ? undefined : String(reading.value);
    };
    expect(await written("69.99999000000000000001")).to.equal("69.99999000000000000001");
    expect(await written("0.1000")).to.equal("0.1000");
    expect(await written('"5.50"')).to.equal("5.50");
    expect(await written("365", -1)).to.equal("36.5");
    expect(await written("0.97", 2)).to.equal("97");
    expect(await written("9007199254740993", -3)).to.equal("9007199254740.993");
    expect(await written("1.5e2")).to.equal("150");
    expect(await written('" Low "')).to.equal("LOW");
    expect(await written("-5")).to.equal("-5");
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.integer({ min: -9, max: 9 }),
        async (digits, scale) => {
          const text = (await written(String(digits), scale))!;
          const [whole, fraction = ""] = text.split(".");
          const power = Math.max(0, -scale);
          expect(BigInt(whole! + fraction.padEnd(power, "0"))).to.equal(
            digits * 10n ** BigInt(scale + power),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it("refuses what is not a number, and skips what is missing", async () => {
    const of = async (value: unknown, metric = "heart-rate", unit = "/min") => {
      const result = await read({ values: [{ metric, value: "$.v", unit }] }, { t: AT, v: value });
      return [...refused(result), ...Object.keys(result.skipped), ...valuesOf(result)];
    };
    for (const value of [true, {}, [], "abc", "1,234", "0x10", "1".repeat(65), "12 bpm"])
      expect(await of(value)).to.deep.equal(["not-a-number at $.v"]);
    for (const value of [null, "", "NaN", "--"]) expect(await of(value)).to.deep.equal(["missing"]);
    expect(await of(0)).to.deep.equal(["sentinel zero"]);
    expect(await of(-3)).to.deep.equal(["below-zero at $.v"]);
    expect(await of(400)).to.deep.equal(["out-of-range at $.v"]);
    expect(await of(255)).to.deep.equal(["out-of-range at $.v"]);
    expect(await of(0.97, "spo2", "%")).to.deep.equal(["out-of-range at $.v"]);
    expect(await of(5.5, "glucose", "mg/dL")).to.deep.equal(["out-of-range at $.v"]);
    expect(await of(5.5, "glucose", "mmol/l")).to.deep.equal(["5.5 mmol/L"]);
    expect(await of("7", "device-usage", "minutes")).to.deep.equal(["7 min"]);
    expect(refused(await read({}, { t: AT }))).to.deep.equal(["no-value at $"]);
  });

  it("units come from the message by the readers' spellings, or are refused", async () => {
    const values = [{ metric: "glucose", value: "$.v", unit: { path: "$.u" } }];
    const of = async (v: unknown, u?: unknown) => {
      const result = await read({ values }, { t: AT, v, u });
      return [...refused(result), ...valuesOf(result)];
    };
    expect(await of(101, "mg/dl")).to.deep.equal(["101 mg/dL"]);
    expect(await of(5.6, "mmol/L")).to.deep.equal(["5.6 mmol/L"]);
    expect(await of(5.6, "kg")).to.deep.equal(["wrong-unit at $.u"]);
    expect(await of(5.6)).to.deep.equal(["no-unit at $.v"]);
    expect(await of(5.6, 3)).to.deep.equal(["no-unit at $.v"]);
  });

  it("times: offset, counts, a zone that the rule names, the arrival that the rule allows", async () => {
    const of = async (t: unknown, time: object, now = NOW) => {
      const result = await read({ time }, { t, hr: 61 }, undefined, now);
      return result.readings[0]?.time ?? refused(result)[0];
    };
    const path = "$.t";
    expect(await of("2026-03-02T10:00:00.250+01:00", { path })).to.equal(seconds(AT) + 0.25);
    expect(await of(seconds(AT), { path, form: "seconds" })).to.equal(seconds(AT));
    expect(await of(`${seconds(AT)}.125`, { path, form: "seconds" })).to.equal(seconds(AT) + 0.125);
    expect(await of(seconds(AT) * 1000 + 1, { path, form: "milliseconds" })).to.equal(seconds(AT) + 0.001);
    expect(await of("2026-03-02T10:00:00", { path, zone: "Europe/Berlin" })).to.equal(seconds(AT));
    expect(await of(AT, { path, zone: "Europe/Berlin" })).to.equal(seconds(AT));
    expect(await of("yesterday", { arrival: true })).to.equal(NOW / 1000);

    expect(await of("2026-03-02T10:00:00", { path })).to.equal("time-without-zone at $.t");
    expect(await of("2026-03-02", { path })).to.equal("date-only at $.t");
    expect(await of("2026-02-30T10:00:00Z", { path })).to.equal("time-not-understood at $.t");
    expect(await of(seconds(AT), { path })).to.equal("time-not-understood at $.t");
    expect(await of("soon", { path, form: "seconds" })).to.equal("time-not-understood at $.t");
    expect(await of(undefined, { path })).to.equal("no-time at $");
    // The wrong unit of a count is 55,000 years ahead, or in 1970.
    expect(await of(seconds(AT) * 1000, { path, form: "seconds" })).to.equal("in-future at $.hr");
    expect(await of(seconds(AT), { path, form: "milliseconds" })).to.equal("too-early at $.hr");
    const spring = Date.parse("2026-04-01T00:00:00Z");
    expect(await of("2026-03-29T02:30:00", { path, zone: "Europe/Berlin" }, spring)).to.equal(
      "time-skipped at $.t",
    );
    expect(await of("2025-10-26T02:30:00", { path, zone: "Europe/Berlin" })).to.equal("time-repeated at $.t");
  });

  it("arrays of samples: @ is one of them, and one that is wrong does not void the others", async () => {
    const rule = {
      each: "$.samples[?@.quality != 'bad']",
      device: { path: "$.device" },
      time: { path: "@.t" },
      values: [
        { ...PULSE, value: "@.hr" },
        { metric: "spo2", value: "@.o2", unit: "%", optional: true },
      ],
    };
    const samples = [
      { t: AT, hr: 60, o2: 97 },
      { t: "2026-03-02T09:00:01Z", hr: "x" },
      { t: "2026-03-02T09:00:02Z", hr: 99, quality: "bad" },
      { t: "2026-03-02T09:00:03Z", hr: 63 },
    ];
    const result = await read(rule, { device: "d7", samples });
    expect(valuesOf(result)).to.deep.equal(["60 /min", "97 %", "63 /min"]);
    expect(result.readings[2]).to.include({ time: seconds(AT) + 3, device: "d7" });
    expect(refused(result)).to.deep.equal(["not-a-number at $.samples[1].hr"]);
    expect(refused(await read(rule, { device: "d7", samples: [] }))).to.deep.equal(["no-value at $"]);
  });

  it("several values of one path: with a step, or with a time each, and never with another sample's", async () => {
    const of = (time: object, payload: unknown, more: object = {}) =>
      read({ time, values: [{ ...PULSE, value: "$.s[*].hr", ...more }] }, payload);
    const s = (...items: object[]) => ({ t: AT, s: items });
    const stepped = await of({ path: "$.t" }, s({ hr: 60 }, { hr: 61 }, { hr: 62 }), { step: 0.5 });
    expect(stepped.readings.map(({ time }) => time - seconds(AT))).to.deep.equal([0, 0.5, 1]);
    const timed = await of(
      { path: "$.s[*].t", form: "seconds" },
      s({ hr: 60, t: seconds(AT) }, { hr: 61, t: seconds(AT) + 9 }),
    );
    expect(timed.readings.map(({ time }) => time - seconds(AT))).to.deep.equal([0, 9]);
    expect(refused(await of({ path: "$.t" }, s({ hr: 60 }, { hr: 61 })))).to.deep.equal([
      "several-values at $.s[0].hr",
      "several-values at $.s[1].hr",
    ]);
    expect(refused(await of({ arrival: true }, s({ hr: 60 }, { hr: 61 })))).to.have.length(2);
    // Two values and two times, and they do not belong together.
    const crossed = s({ hr: 60 }, { hr: 61, t: 1 }, { t: 2 });
    expect(refused(await of({ path: "$.s[*].t", form: "seconds" }, crossed))).to.deep.equal([
      "several-values at $.s[0].hr",
      "several-values at $.s[1].hr",
    ]);
  });

  it("acceleration: three axes make one reading, and one that is missing leaves it out", async () => {
    const values = [
      { metric: "acceleration", value: ["$.a[*][0]", "$.a[*][1]", "$.a[*][2]"], unit: "g", step: 0.05 },
    ];
    const result = await read({ values }, `{"t":"${AT}","a":[[0.10,-0.2,0.98],[null,0,1],[0,0,500]]}`);
    expect(result.readings.map(({ value, unit }) => [value, unit])).to.deep.equal([
      [["0.10", "-0.2", "0.98"], "[g]"],
    ]);
    expect(result.skipped).to.deep.equal({ missing: 1 });
    expect(refused(result)).to.deep.equal(["out-of-range at $.a[2][0]"]);
    expect(
      refused(
        await read(
          { values },
          {
            t: AT,
            a: [
              [1, 2, 3],
              [1, 2],
            ],
          },
        ),
      ),
    ).to.deep.equal(["several-values at $"]);
  });

  it("many values that look like another unit are refused together", async () => {
    const values = [{ metric: "glucose", value: "$.v[*]", unit: "mg/dL", step: 300 }];
    const of = (v: number[]) => read({ values, time: { path: "$.t" } }, { t: "2026-03-01T09:00:00Z", v });
    const low = await of(Array.from({ length: 20 }, (_, i) => 10 + i / 10));
    expect(low.readings).to.deep.equal([]);
    expect(low.refusals).to.deep.equal([
      { reason: "implausible", place: "$", count: 20, detail: "glucose in mg/dL" },
    ]);
    expect((await of(Array.from({ length: 20 }, (_, i) => 100 + i))).readings).to.have.length(20);
  });

  it("names with quotes, line ends and backslashes are found like any other", async () => {
    for (const name of ["a'b", "a\\b", "a\nb", 'a"b', "\u0001", "\\u0041", "__proto__", "constructor", "ü"]) {
      const payload = `{"t":"${AT}",${JSON.stringify(name)}:{"hr":61.50}}`;
      const result = await read({ values: [{ ...PULSE, value: "$.*.hr" }] }, payload);
      expect(valuesOf(result)).to.deep.equal(["61.50 /min"]);
    }
    for (const path of ["$.constructor", "$.__proto__", "$.toString.length", "$.t.length"])
      expect(refused(await read({ values: [{ ...PULSE, value: path }] }, { t: AT }))).to.deep.equal([
        "no-value at $",
      ]);
  });
});

describe("payloads that are not what they should be", () => {
  it("are refused with a word and a place, and never with what they say", async () => {
    const deep = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
    const cases: [unknown, string][] = [
      [Buffer.alloc(0), "not-json at line 1, column 1"],
      [Buffer.from([0x22, 0xff, 0x22]), "not-utf8 at $"],
      [Buffer.from([0xff, 0xfe, 0x7b, 0x00]), "not-utf8 at $"],
      // A surrogate, and a slash in two bytes.
      [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), "not-utf8 at $"],
      [Buffer.from([0x22, 0xc0, 0xaf, 0x22]), "not-utf8 at $"],
      [Buffer.from([0x1f, 0x8b, 0x08, 0x00]), "not-utf8 at $"],
      ['{"t": secret}', "not-json at line 1, column 7"],
      ['{"t":"x"} secret', "not-json at line 1, column 11"],
      ["{'t':1}", "not-json at line 1, column 2"],
      [deep(64), "no-value at $"],
      [deep(65), "too-deep at $"],
      ["[".repeat(100_000), "too-deep at $"],
      [`"${"[".repeat(100)}"`, "no-value at $"],
      [Buffer.alloc(262_145, 0x20), "too-large at $"],
      ["null", "no-value at $"],
      ["5", "no-value at $"],
    ];
    for (const [payload, wanted] of cases) {
      const result = await read({}, payload);
      expect(result.readings).to.deep.equal([]);
      expect(refused(result)).to.deep.equal([wanted]);
      expect(JSON.stringify(result)).to.not.contain("secret");
    }
  });

  it("too many values are refused as a whole", async () => {
    const values = [{ ...PULSE, value: "$.v[*]", step: 0.001 }];
    const of = (count: number) => read({ values }, { t: "2026-03-02T08:00:00Z", v: Array(count).fill(60) });
    expect((await of(10_000)).readings).to.have.length(10_000);
    const more = await of(10_001);
    expect(more.readings).to.deep.equal([]);
    expect(refused(more)).to.deep.equal(["too-many-values at $"]);
  });

  it("never throw, whatever they are, and have no reason that is not in the list", async () => {
    const formats = [
      {},
      { each: "$..*", time: { path: "@.t" }, values: [{ ...PULSE, value: "@.hr", unit: { path: "@.u" } }] },
      { format: "iot-hub", device: undefined, time: undefined },
      { format: "iot-central", device: undefined, time: undefined },
      { format: "open-mhealth", time: undefined, values: undefined },
      { format: "fhir", time: undefined, values: undefined },
    ];
    const json = fc.jsonValue({ maxDepth: 4 }).map((value) => Buffer.from(JSON.stringify(value)));
    const shaped = fc
      .record({
        t: fc.jsonValue(),
        hr: fc.jsonValue(),
        Body: fc.jsonValue(),
        telemetry: fc.jsonValue(),
        resourceType: fc.constantFrom("Observation", "Bundle"),
        header: fc.jsonValue(),
        body: fc.jsonValue(),
      })
      .map((value) => Buffer.from(JSON.stringify(value)));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...formats),
        fc.oneof(fc.uint8Array({ maxLength: 200 }), json, shaped),
        fc.string({ unit: "binary", maxLength: 20 }),
        async (format, payload, topic) => {
          const result = await read({ ...format, filter: "#" }, payload, topic);
          for (const { reason } of result.refusals) {
            expect(REFUSAL_REASONS).to.include(reason);
            expect(reason).to.not.equal("failed");
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("payload settings", () => {
  const accepts = (rule: object): boolean =>
    v.safeParse(payloadSettings, { rules: [{ ...RULE, ...rule }] }).success;
  it("accept the rules of these tests", () => expect(accepts({})).to.equal(true));
  for (const [name, rule] of Object.entries({
    "a path that is not one": { time: { path: "t" } },
    "a path of another dialect": { values: [{ ...PULSE, value: "$.a[(@.length-1)]" }] },
    "a unit that is not the metric's": { values: [{ ...PULSE, unit: "mg/dL" }] },
    "one axis of acceleration": { values: [{ metric: "acceleration", value: "$.x", unit: "[g]" }] },
    "three values of a heart rate": { values: [{ ...PULSE, value: ["$.x", "$.y", "$.z"] }] },
    "a zone that does not exist": { time: { path: "$.t", zone: "Europe/Nowhere" } },
    "a metric that does not exist": { values: [{ ...PULSE, metric: "mood" }] },
    "a rule without values": { values: [] },
    "a rule without a device": { device: undefined },
    "a filter that is not one": { filter: "a/b#" },
    "a level before the first": { device: { level: 0 } },
    "arrival that is not meant": { time: { arrival: false } },
    "a mapping for FHIR": { format: "fhir" },
    "a format that does not exist": { format: "xml" },
    "a member that does not exist": { colour: "red" },
  }))
    it(`refuse ${name}`, () => expect(accepts(rule)).to.equal(false));
});
