// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { openMhealth } from "../src/formats/openMhealth.ts";
import { detectFormat, textInput } from "../src/index.ts";
import { readWith, realFile, refusal, seconds, sum } from "./jsonSupport.ts";

const AT = "2013-02-05T07:25:00Z";
const body = (more: object = {}, time: object = { date_time: AT }) => ({
  blood_glucose: { unit: "mg/dL", value: 95 },
  effective_time_frame: time,
  ...more,
});
const point = (inner: unknown, name = "blood-glucose", namespace = "omh") => ({
  header: {
    id: "123e4567-e89b-12d3-a456-426655440000",
    creation_date_time: AT,
    schema_id: { namespace, name, version: "4.0" },
  },
  body: inner,
});
const interval = (time_interval: object) => body({}, { time_interval });

/** Every document of the official test data, and what becomes of it. */
const SHOULD_PASS = {
  "blood-glucose/4.0/shouldPass/with-date-time-time-frame.json": "95 mg/dL at 2013-02-05T07:25:00Z",
  "blood-glucose/4.0/shouldPass/with-temporal-relationship-to-meal.json": "95 mg/dL at 2013-02-05T07:25:00Z",
  "blood-glucose/4.0/shouldPass/with-temporal-relationship-to-sleep.json": "95 mg/dL at 2013-02-05T20:25:00Z",
  "blood-glucose/4.0/shouldPass/with-descriptive-statistic.json": "statistic: minimum",
  "blood-glucose/4.0/shouldPass/with-everything.json": "statistic: minimum",
  "heart-rate/2.0/shouldPass/with-descriptive-statistic.json": "statistic: minimum",
  "heart-rate/2.0/shouldPass/with-temporal-relationship-to-sleep.json":
    "67.5 /min at 2020-02-05T07:25:00-08:00",
};
const NO_FRAME = "the body has no effective_time_frame";
const SHOULD_FAIL = {
  "blood-glucose/4.0/shouldFail/empty-document.json": "it has no measure that is read",
  "blood-glucose/4.0/shouldFail/invalid-descriptive-statistic.json":
    "descriptive_statistic is not one of the schema's values",
  "blood-glucose/4.0/shouldFail/invalid-specimen-source.json": `${NO_FRAME}; specimen_source is not one of the schema's values`,
  "blood-glucose/4.0/shouldFail/invalid-temporal-relationship-to-meal.json": `${NO_FRAME}; temporal_relationship_to_meal is not one of the schema's values`,
  "blood-glucose/4.0/shouldFail/invalid-temporal-relationship-to-sleep.json": `${NO_FRAME}; temporal_relationship_to_sleep is not one of the schema's values`,
  "blood-glucose/4.0/shouldFail/invalid-time-interval.json":
    "time_interval has none of the schema's forms, or several",
  "blood-glucose/4.0/shouldFail/missing-time-frame.json": NO_FRAME,
  "heart-rate/2.0/shouldFail/empty-document.json": "it has no measure that is read",
  "heart-rate/2.0/shouldFail/incorrect-unit.json": "unit is not one of the schema's values",
  "heart-rate/2.0/shouldFail/missing-effective-time-frame.json": NO_FRAME,
};

describe("Open mHealth", () => {
  for (const [file, expected] of Object.entries(SHOULD_PASS)) {
    it(`reads ${file}`, async function () {
      const text = realFile(this, "omh", ...file.split("/"));
      const { readings, report } = await readWith(openMhealth, text);
      expect(report).to.include({ entries: 1 });
      expect(report.refused).to.deep.equal({});
      const [reading] = readings;
      if (reading === undefined) expect(report.skipped).to.deep.equal({ [expected]: 1 });
      else {
        const [value, unit, , time] = expected.split(" ");
        expect(reading).to.deep.include({ value, unit, time: seconds(time!) });
      }
      expect((await detectFormat(textInput(text))).name).to.equal("open-mhealth");
    });
  }

  for (const [file, reason] of Object.entries(SHOULD_FAIL)) {
    it(`refuses ${file}`, async function () {
      const error = await refusal(openMhealth, realFile(this, "omh", ...file.split("/")));
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details).to.include({ reason });
      expect(error.details).to.include.keys("line", "column", "path");
    });
  }

  it("refuses every kind of thing that the schemas refuse, and takes what they allow", async () => {
    const heart = (more: object = {}) => ({
      heart_rate: { unit: "beats/min", value: 60 },
      effective_time_frame: { date_time: AT },
      ...more,
    });
    const oxygen = (more: object = {}) => ({
      oxygen_saturation: { unit: "%", value: 97 },
      effective_time_frame: { date_time: AT },
      ...more,
    });
    const flow = (supplemental_oxygen_flow_rate: unknown) => oxygen({ supplemental_oxygen_flow_rate });
    const wrong = (name: string) => `${name} is not one of the schema's values`;
    const shapeless = "has none of the schema's forms, or several";
    const start_date_time = "2013-02-05T07:20:00Z";
    const cases: [object, string | undefined][] = [
      [oxygen(), undefined],
      [flow({ unit: "L/min", value: 0 }), undefined],
      [flow({ unit: "L/min", value: 2.5 }), undefined],
      [flow({ unit: "mL/min", value: 2500 }), wrong("unit")],
      [flow({ unit: "l/min", value: 2 }), wrong("unit")],
      [flow({ unit: 5, value: 2 }), `unit is not a string; ${wrong("unit")}`],
      [flow({ value: 2 }), "supplemental_oxygen_flow_rate has no unit"],
      [flow({ unit: "L/min" }), "supplemental_oxygen_flow_rate has no value"],
      [flow({ unit: "L/min", value: "2" }), "value is not a number"],
      [flow(2), "supplemental_oxygen_flow_rate is not an object"],
      [flow(null), "supplemental_oxygen_flow_rate is not an object"],
      [oxygen({ oxygen_therapy_mode_of_administration: "nasal cannula" }), undefined],
      [
        oxygen({ oxygen_therapy_mode_of_administration: "mask" }),
        wrong("oxygen_therapy_mode_of_administration"),
      ],
      [oxygen({ system: "peripheral capillary", measurement_method: "pulse oximetry" }), undefined],
      [oxygen({ system: "arterial" }), wrong("system")],
      [oxygen({ measurement_method: "guess" }), wrong("measurement_method")],
      [oxygen({ descriptive_statistic: "mode" }), wrong("descriptive_statistic")],
      [oxygen({ oxygen_saturation: { unit: "1", value: 0.97 } }), wrong("unit")],
      [oxygen({ oxygen_saturation: 97 }), "oxygen_saturation is not an object"],
      [oxygen({ note: "the schemas allow further properties" }), undefined],
      [heart(), undefined],
      [heart({ heart_rate: { unit: "/min", value: 60 } }), wrong("unit")],
      [heart({ heart_rate: { unit: "beats/min" } }), "heart_rate has no value"],
      [heart({ temporal_relationship_to_sleep: "asleep" }), wrong("temporal_relationship_to_sleep")],
      [heart({ temporal_relationship_to_physical_activity: "at rest" }), undefined],
      [
        heart({ temporal_relationship_to_physical_activity: "walking" }),
        wrong("temporal_relationship_to_physical_activity"),
      ],
      [body({ blood_glucose: { unit: "g/L", value: 1 } }), wrong("unit")],
      [body({ specimen_source: "plasma" }), wrong("specimen_source")],
      [body({ temporal_relationship_to_meal: "brunch" }), wrong("temporal_relationship_to_meal")],
      [
        body({ effective_time_frame: AT }),
        `effective_time_frame is not an object; effective_time_frame ${shapeless}`,
      ],
      [body({}, {}), `effective_time_frame ${shapeless}`],
      [
        body({}, { date_time: AT, time_interval: { start_date_time, end_date_time: AT } }),
        `effective_time_frame ${shapeless}`,
      ],
      [interval({ start_date_time }), `time_interval ${shapeless}`],
      [
        interval({ start_date_time, end_date_time: AT, duration: { unit: "min", value: 5 } }),
        `time_interval ${shapeless}`,
      ],
      [interval({ start_date_time, duration: { unit: "s", value: 5 } }), `time_interval ${shapeless}`],
      [interval({ start_date_time, duration: { unit: "sec", value: "5" } }), `time_interval ${shapeless}`],
      [interval({ date: "5.2.2013", part_of_day: "morning" }), `time_interval ${shapeless}`],
      [interval({ date: "2013-02-05", part_of_day: "noon" }), `time_interval ${shapeless}`],
    ];
    for (const [one, reason] of cases) {
      const { readings, report } = await readWith(openMhealth, [one]);
      const shown = JSON.stringify(one);
      expect(Object.keys(report.refused), shown).to.deep.equal(reason === undefined ? [] : [reason]);
      expect(readings.length, shown).to.equal(reason === undefined ? 1 : 0);
    }
  });

  it("says where in the file a body breaks its schema", async () => {
    const text = `{\n  "blood_glucose": {\n    "value": 95,\n    "unit": "g"\n  },\n  "effective_time_frame": {"date_time": "${AT}"}\n}`;
    expect((await refusal(openMhealth, text)).details).to.deep.include({
      line: 4,
      column: 13,
      path: "$.blood_glucose.unit",
    });
    expect((await refusal(openMhealth, text.slice(0, -3))).details).to.include({ line: 6 });
  });

  it("reads data points, bare bodies and arrays; counts other schemas, refuses the rest by reason", async () => {
    const list = [
      point(body()),
      body({ blood_glucose: { unit: "mmol/L", value: 5.6 } }),
      point(
        { heart_rate: { unit: "beats/min", value: 60 }, effective_time_frame: { date_time: AT } },
        "heart-rate",
      ),
      point(
        { oxygen_saturation: { unit: "%", value: 97 }, effective_time_frame: { date_time: AT } },
        "oxygen-saturation",
      ),
      point({ step_count: 5 }, "step-count"),
      point(body(), "heart-rate"),
      point(undefined),
      body({ heart_rate: { unit: "beats/min", value: 60 } }),
      body({ blood_glucose: { unit: "mg/dL", value: "95" } }),
    ];
    const { readings, report } = await readWith(openMhealth, list);
    expect(readings.map(({ metric, value, unit }) => `${metric} ${value} ${unit}`)).to.deep.equal([
      "glucose 95 mg/dL",
      "glucose 5.6 mmol/L",
      "heart-rate 60 /min",
      "spo2 97 %",
    ]);
    expect(report).to.deep.include({
      entries: 9,
      skipped: { "schema step-count": 1 },
      refused: {
        "header and body disagree": 1,
        "it has no body": 1,
        "it has several measures": 1,
        "value is not a number": 1,
      },
    });
    expect(openMhealth.matches(JSON.stringify([point({ step_count: 5 }, "step-count")]))).to.equal(true);
    expect((await refusal(openMhealth, [1])).details).to.include({ path: "$[0]" });
  });

  it("takes a short interval at its beginning, and counts what stands for more than five minutes", async () => {
    const start = "2013-02-05T07:20:00Z";
    const cases: [object, number | string][] = [
      [{ start_date_time: start, end_date_time: AT }, seconds(start)],
      [{ start_date_time: start, end_date_time: "2013-02-05T07:25:01Z" }, "stands for more than 5 minutes"],
      [{ start_date_time: start, duration: { value: 5, unit: "min" } }, seconds(start)],
      [{ end_date_time: AT, duration: { value: 15, unit: "sec" } }, seconds(AT) - 15],
      [{ end_date_time: AT, duration: { value: 1, unit: "h" } }, "stands for more than 5 minutes"],
      [{ date: "2013-02-05", part_of_day: "morning" }, "stands for a part of a day"],
      [{ start_date_time: AT, end_date_time: start }, "ends before it starts"],
    ];
    for (const [time, expected] of cases) {
      const { readings, report } = await readWith(openMhealth, interval(time));
      const found = readings[0]?.time ?? Object.keys({ ...report.skipped, ...report.refused })[0];
      expect(found, JSON.stringify(time)).to.equal(expected);
    }
  });

  it("counts glucose of other specimens than blood and interstitial fluid", async () => {
    const list = ["capillary blood", "interstitial fluid", "urine", "tears"];
    const { report } = await readWith(
      openMhealth,
      list.map((specimen_source) => body({ specimen_source })),
    );
    expect(report).to.deep.include({ taken: 2, skipped: { "specimen: urine": 1, "specimen: tears": 1 } });
  });

  it("refuses times that are no RFC 3339 instant", async () => {
    for (const date_time of [
      "2013-02-05",
      "2013-02-05T07:25:00",
      "2013-02-30T07:25:00Z",
      "2013-02-05T07:25Z",
      5,
    ]) {
      const error = await refusal(openMhealth, body({}, { date_time }));
      expect(error.details).to.include({ path: "$.effective_time_frame" });
    }
  });

  it("keeps the digits that are written; zero is missing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[1-9]\d{0,2}\.\d{1,20}$/), async (value) => {
        const text = JSON.stringify(body()).replace("95", value);
        expect((await readWith(openMhealth, text)).readings[0]!.value).to.equal(value);
      }),
    );
    const zero = await readWith(openMhealth, body({ blood_glucose: { unit: "mg/dL", value: 0 } }));
    expect(zero.report.skipped).to.deep.equal({ "sentinel zero": 1 });
  });

  it("asks whose data points count where headers name several users", async () => {
    const of = (user_id: string, value: number) => {
      const one = point(body({ blood_glucose: { unit: "mg/dL", value } }));
      return { ...one, header: { ...one.header, user_id } };
    };
    const list = [of("joe", 95), of("ann", 96)];
    expect((await refusal(openMhealth, list)).code).to.equal("SELECTION_REQUIRED");
    const { readings, report } = await readWith(openMhealth, list, { where: { user_id: "ann" } });
    expect(readings.map(({ value }) => value)).to.deep.equal(["96"]);
    expect(report.skipped).to.deep.equal({ "other user_id": 1 });
  });

  it("counts every item of an array once, whatever its shape", async () => {
    const junk = fc.dictionary(
      fc.constantFrom(
        "header",
        "body",
        "blood_glucose",
        "effective_time_frame",
        "descriptive_statistic",
        "__proto__",
      ),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(junk), async (list) => {
        const { report } = await readWith(openMhealth, list);
        expect(report.entries).to.equal(list.length);
        expect(report.taken + sum(report.skipped) + sum(report.refused)).to.equal(list.length);
      }),
    );
  });
});
