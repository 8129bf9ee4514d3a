// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { FitBaseType, FitEncoder } from "fit-file-parser/encoder";
import { bytesInput, readFile } from "../src/index.ts";
import { rejected } from "./support.ts";

const NOW = 1_790_000_000;
/** 2026-03-02 09:00 UTC, in Unix seconds and in those of FIT, which count from the last day of 1989. */
const START = 1_772_442_000;
const FIT_START = START - 631_065_600;
const NONE = 255;

const field = (number: number, size: number, baseType: FitBaseType, value: number | Uint8Array) => ({
  number,
  size,
  baseType,
  value,
});
const time = (value: number) => field(253, 4, FitBaseType.Uint32, value);
const byte = (number: number, value: number) => field(number, 1, FitBaseType.Uint8, value);

function fileOf(write: (encoder: FitEncoder) => void, productName?: string): Uint8Array {
  const encoder = new FitEncoder({ protocolVersion: 0x20 });
  const fields = [
    field(0, 1, FitBaseType.Enum, 4),
    field(1, 2, FitBaseType.Uint16, 1),
    field(2, 2, FitBaseType.Uint16, 3121),
    field(3, 4, FitBaseType.Uint32z, 39_000_001),
  ];
  const name = productName === undefined ? undefined : FitEncoder.string(productName);
  encoder.writeMessage(0, name === undefined ? fields : [...fields, field(8, name.length, 7, name)]);
  write(encoder);
  return encoder.close();
}

const record = (at: number, heartRate: number) => [time(FIT_START + at), byte(3, heartRate)];
const read = (bytes: Uint8Array) => readFile(bytesInput(bytes), { now: NOW });

describe("FIT", () => {
  it("an activity: heart rates of its records; what was not measured is counted", async () => {
    const bytes = fileOf((encoder) => {
      encoder.writeMessage(20, record(0, 61));
      encoder.writeMessage(20, record(1, 0));
      encoder.writeMessage(20, record(2, NONE));
      encoder.writeMessage(20, record(3, 64));
      encoder.writeMessage(20, [time(FIT_START + 4), byte(4, 80)]);
      encoder.writeMessage(18, [time(FIT_START + 4), byte(16, 63)]);
      encoder.writeMessage(132, [time(FIT_START + 4), byte(6, 63)]);
    });
    const { format, readings, report } = await read(bytes);
    expect(format).to.equal("fit");
    const source = "maker 1, product 3121, serial 39000001";
    expect(readings).to.deep.equal([
      { metric: "heart-rate", time: START, value: "61", unit: "/min", source },
      { metric: "heart-rate", time: START + 3, value: "64", unit: "/min", source },
    ]);
    expect(report.skipped).to.deep.equal({
      "sentinel zero": 1,
      "no measurement (255)": 1,
      "message without a reading": 1,
      "heart rates that a strap sent later": 1,
    });
  });

  it("a day's monitoring: times of 16 bits follow the last whole one, over their turn", async () => {
    const turn = (FIT_START | 0xffff) - FIT_START;
    const bytes = fileOf((encoder) => {
      encoder.writeMessage(103, [time(FIT_START + turn - 30)]);
      for (const after of [-10, 20, 50]) {
        const low = (FIT_START + turn + after) & 0xffff;
        encoder.writeMessage(55, [field(26, 2, FitBaseType.Uint16, low), byte(27, 70)]);
      }
      encoder.writeMessage(55, [time(FIT_START + turn + 600), byte(27, 71)]);
    });
    const { readings } = await read(bytes);
    expect(readings.map(({ time: at }) => at - START - turn)).to.deep.equal([-10, 20, 50, 600]);
  });

  it("oxygen saturations, by the product's name, in files that follow each other", async () => {
    const one = (at: number, value: number) =>
      fileOf((encoder) => encoder.writeMessage(269, [time(FIT_START + at), byte(0, value)]), "Venu 3");
    const { readings } = await read(Uint8Array.from([...one(0, 96), ...one(60, 94)]));
    expect(readings.map(({ metric, value, unit, source }) => [metric, value, unit, source])).to.deep.equal([
      ["spo2", "96", "%", "Venu 3, serial 39000001"],
      ["spo2", "94", "%", "Venu 3, serial 39000001"],
    ]);
  });

  it("times before the clock was set, and 16 bits without a whole time, are refused", async () => {
    const bytes = fileOf((encoder) => {
      encoder.writeMessage(55, [field(26, 2, FitBaseType.Uint16, 5), byte(27, 70)]);
      encoder.writeMessage(20, [time(1000), byte(3, 70)]);
      encoder.writeMessage(20, [time(FIT_START), field(3, 2, FitBaseType.Uint16, 70)]);
      encoder.writeMessage(20, record(9, 70));
    });
    const { readings, report } = await read(bytes);
    expect(readings).to.have.length(1);
    expect(report.refused).to.deep.equal({
      "no time": 1,
      "time counts from the device's start": 1,
      "value is not a number": 1,
    });
  });

  it("a changed byte and a cut file are refused with their reason", async () => {
    const bytes = fileOf((encoder) => encoder.writeMessage(20, record(0, 61)));
    const changed = Uint8Array.from(bytes);
    changed[changed.length - 3]! ^= 1;
    const other = Uint8Array.from(bytes);
    other[1] = 0x30;
    for (const [broken, reason] of [
      [changed, "check sum does not agree"],
      [bytes.slice(0, -4), "cut off"],
      [bytes.slice(0, 13), "cut off"],
      [other, "another version"],
    ] as const) {
      const error = await rejected(read(broken));
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details.reason).to.contain(reason);
    }
  });
});
