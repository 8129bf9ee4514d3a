// SPDX-License-Identifier: GPL-3.0-or-later

import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { bytesInput, FORMATS, readFile, textInput } from "../src/index.ts";
import { realFile } from "./jsonSupport.ts";

/** Every real JSON file, and the one format that takes it. */
const REAL = {
  "cgm/GluPredKit_MIT/nightscout_entries.json": "nightscout",
  "fhir/Claim-100150.json": "fhir",
  "fhir/ClaimResponse-R3500.json": "fhir",
  "fhir/Consent-consent-example-basic.json": "fhir",
  "fhir/Device-example.json": "fhir",
  "fhir/Observation-body-temperature.json": "fhir",
  "fhir/Observation-f001.json": "fhir",
  "fhir/Observation-heart-rate.json": "fhir",
  "fhir/Observation-satO2.json": "fhir",
  "fhir/Observation-vitals-panel.json": "fhir",
  "omh/blood-glucose/4.0/shouldPass/with-everything.json": "open-mhealth",
  "omh/heart-rate/2.0/shouldPass/with-descriptive-statistic.json": "open-mhealth",
  "omh/heart-rate/2.0/shouldFail/incorrect-unit.json": "open-mhealth",
  "omh/fitbit-activities-heart-1d-1m-intraday.json": "fitbit",
  "omh/googlefit-merge-heart-rate.json": "google-fit",
  "omh/ihealth-glucose.json": "ihealth",
  "omh/ihealth-spo2.json": "ihealth",
  "mqtt/Documentation_CalculatedFunction_HeartRate_Payload.json": "iot-message",
  "mqtt/IotCentralPayloadExample.json": "iot-message",
  "mqtt/IotHubPayloadExample.json": "iot-message",
  "mqtt/IotHubPayloadMultiValueExample.json": "iot-message",
  "heart_rate/SampleExport.json": undefined,
} as const;

async function thrown(text: string): Promise<VitalproofError> {
  try {
    await readFile(textInput(text));
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("The file was read.");
}

describe("Which JSON is which", () => {
  for (const [file, format] of Object.entries(REAL)) {
    it(`${file}: ${format ?? "none"}`, function () {
      const head = realFile(this, ...file.split("/")).slice(0, 65_536);
      const matching = FORMATS.filter((candidate) => "matches" in candidate && candidate.matches(head)).map(
        ({ name }) => name,
      );
      expect(matching).to.deep.equal(format === undefined ? [] : [format]);
    });
  }

  it("a JSON of another kind: names the formats that were tried", async () => {
    for (const text of ['{"a": 1}', "[]", "{}", "null", '"text"', '[{"steps": 5}]']) {
      const error = await thrown(text);
      expect(error.code, text).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details.tried, text).to.include.members(["nightscout", "fhir", "open-mhealth"]);
    }
  });

  it("a file cut off in the middle: the place where it ends, whichever format it is", async () => {
    const files = [
      '[{"type":"sgv","sgv":100,"date":1729900800000,\n"dev',
      '{"activities-heart-intraday": {\n"dataset": [',
      '{"dataSourceId":"x","point":[{"startTimeNanos":\n"1',
      '{"resourceType": "Bundle",\n"entry": [{',
      '{"blood_glucose": {"value": 95,\n"unit": "mg',
      '{"BGDataList": [\n{"BG": 5',
      '<?xml version="1.0"?><HealthData>\n<Record type="HK',
    ];
    for (const text of files) {
      const error = await thrown(text);
      expect(error.code, text).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details.line, text).to.equal(2);
      expect(error.details.column, text).to.be.a("number");
    }
  });

  it("reads through the core with a byte order mark, for one metric, and counts duplicates over all of it", async () => {
    const time = "2013-02-05T07:25:00Z";
    const glucose = {
      blood_glucose: { unit: "mg/dL", value: 95 },
      effective_time_frame: { date_time: time },
    };
    const heart = { heart_rate: { unit: "beats/min", value: 60 }, effective_time_frame: { date_time: time } };
    const text = `\uFEFF${JSON.stringify([glucose, heart, glucose])}`;
    const { readings, report } = await readFile(bytesInput(new TextEncoder().encode(text)), {
      metric: "glucose",
    });
    expect(readings).to.have.length(1);
    expect(report).to.deep.include({ taken: 1, duplicates: 1, skipped: { "other metric: heart-rate": 1 } });
  });
});
