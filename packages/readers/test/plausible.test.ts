// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import {
  CONTRADICTING,
  type FileReadings,
  IN_FUTURE,
  inspectFile,
  OUT_OF_RANGE,
  type ReadOptions,
  readFile,
  TOO_EARLY,
  textInput,
} from "../src/index.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z") / 1000;
const read = (rows: readonly string[], unit: string, options: ReadOptions = {}): Promise<FileReadings> =>
  readFile(textInput(["time,value", ...rows, ""].join("\n")), {
    columns: { time: "time", value: "value", unit },
    now: NOW,
    ...options,
  });
const at = (i: number): string =>
  new Date((Date.parse("2026-03-02T00:00:00Z") / 1000 + 300 * i) * 1000).toISOString();
const rows = (values: readonly (number | string)[]): string[] =>
  values.map((value, i) => `${at(i)},${value}`);

async function refusal(promise: Promise<unknown>): Promise<VitalproofError> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof VitalproofError) return error;
  throw new Error("nothing was refused");
}

describe("what cannot have been measured", () => {
  for (const [values, unit] of [
    [[5.5, 6.1, 7.2], "mg/dL"],
    [[105, 110], "mmol/L"],
    [[116, 116, 99], "%"],
    [[0.97, 0.98], "%"],
  ] as const) {
    it(`${values.join(", ")} in ${unit}: the file is refused, since unit or column must be wrong`, async () => {
      const error = await refusal(read(rows(values), unit));
      expect(error.code).to.equal("VALUES_IMPLAUSIBLE");
      expect(error.details.unit).to.equal(unit);
      expect(error.hint).to.contain("--unit").and.to.contain("--where");
    });
  }

  it("the explanation is the likely one: fractions, or the other unit", async () => {
    const fractions = await refusal(read(rows(Array.from({ length: 40 }, () => 0.97)), "%"));
    expect(fractions.message).to.contain("fractions");
    expect(fractions.hint).to.contain("--unit 1");
    // All within the range of mg/dL, which nobody has for an hour.
    const mmol = await refusal(read(rows(Array.from({ length: 12 }, (_, i) => 10.5 + i)), "mg/dL"));
    expect(mmol.hint).to.contain("--unit mmol/L");
    const mass = await refusal(read(rows(Array.from({ length: 12 }, (_, i) => 40 + i)), "mmol/L"));
    expect(mass.hint).to.contain("--unit mg/dL");
    const few = await refusal(read(rows([11, 12, 14]), "mg/dL"));
    expect(few.hint).to.contain("--unit mmol/L");
    const mixed = [...Array.from({ length: 9 }, () => 11.5), 120, 121, 122, 123];
    expect((await refusal(read(rows(mixed), "mg/dL"))).code).to.equal("VALUES_IMPLAUSIBLE");
    // A fall of half an hour, and a peak, are readings.
    expect((await read(rows([34, 33, 32, 31, 30, 29]), "mg/dL")).readings).to.have.length(6);
    expect((await read(rows([34, 36, 37, 36, 34]), "mmol/L")).readings).to.have.length(5);
  });

  it("a single one is left out and counted; both ends of the range belong to it", async () => {
    const good = Array.from({ length: 30 }, () => 97);
    const { readings, report } = await read(rows([...good, 100, 10, 100.01]), "%");
    expect(readings).to.have.length(32);
    expect(report.refused).to.deep.equal({ [OUT_OF_RANGE]: 1 });
  });

  it("what an oximeter writes for no finger does not make the file's unit wrong", async () => {
    const { readings, report } = await read(rows([97, 127, 255, 98]), "%");
    expect(readings.map(({ value }) => value)).to.deep.equal(["97", "98"]);
    expect(report.refused).to.deep.equal({ [OUT_OF_RANGE]: 2 });
  });

  it("times before there were devices and in the future", async () => {
    const times = [
      "1970-01-01T00:00:00Z",
      "1969-12-31T23:55:00Z",
      "2026-03-02T00:00:00Z",
      "2100-03-01T00:00:00Z",
    ];
    const { readings, report } = await read(
      times.map((time) => `${time},100`),
      "mg/dL",
    );
    expect(readings).to.have.length(1);
    expect(report.refused).to.deep.equal({ [TOO_EARLY]: 2, [IN_FUTURE]: 1 });
  });
});

describe("two values at one instant", () => {
  const contradicting = [0, 0, 2, 2, 4, 4].map((i, k) => `${at(i)},${k % 2 === 0 ? 100 : 300}`);

  it("neither is taken, by reading nor by looking", async () => {
    const file = ["time,value", ...contradicting, `${at(6)},120`, `${at(7)},LOW`, ""].join("\n");
    const options = { columns: { time: "time", value: "value", unit: "mg/dL" }, now: NOW };
    const { readings, report } = await readFile(textInput(file), options);
    expect(readings.map(({ value }) => value)).to.deep.equal(["120", "LOW"]);
    expect(report).to.deep.include({ entries: 8, taken: 2, low: 1, refused: { [CONTRADICTING]: 6 } });
    const { series } = await inspectFile(textInput(file), options);
    expect(series).to.have.length(1);
    expect(series[0]).to.include({ readings: 2, low: 1, min: "120", max: "120" });
    expect(series[0]!.slotting).to.include({ kept: 2, moved: 0 });
  });

  it("LOW against a number contradicts as well", async () => {
    const { readings, report } = await read([`${at(0)},LOW`, `${at(0)},100`, `${at(1)},100`], "mg/dL");
    expect(readings).to.have.length(1);
    expect(report).to.deep.include({ taken: 1, low: 0, refused: { [CONTRADICTING]: 2 } });
  });
});
