// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { FitBaseType } from "fit-file-parser/encoder";
import { bytesInput, readFile } from "../src/index.ts";
import {
  FIT_START,
  FIT_TURN,
  fitByte,
  fitField,
  fitFileOf,
  fitRecord,
  fitTime,
  fitTime16,
} from "./fitSupport.ts";
import { rejected } from "./support.ts";

const NOW = 1_790_000_000;
const NONE = 255;
const read = (bytes: Uint8Array) => readFile(bytesInput(bytes), { now: NOW });

describe("FIT", () => {
  it("an activity: heart rates of its records; what was not measured is counted", async () => {
    const bytes = fitFileOf((encoder) => {
      encoder.writeMessage(20, fitRecord(0, 61));
      encoder.writeMessage(20, fitRecord(1, 0));
      encoder.writeMessage(20, fitRecord(2, NONE));
      encoder.writeMessage(20, fitRecord(3, 64));
      encoder.writeMessage(20, [fitTime(4), fitByte(4, 80)]);
      encoder.writeMessage(18, [fitTime(4), fitByte(16, 63)]);
      encoder.writeMessage(132, [fitTime(4), fitByte(6, 63)]);
    });
    const { format, readings, report } = await read(bytes);
    expect(format).to.equal("fit");
    const source = "maker 1, product 3121, serial 39000001";
    expect(readings).to.deep.equal([
      { metric: "heart-rate", time: FIT_START, value: "61", unit: "/min", source },
      { metric: "heart-rate", time: FIT_START + 3, value: "64", unit: "/min", source },
    ]);
    expect(report.skipped).to.deep.equal({
      "sentinel zero": 1,
      "no measurement (255)": 1,
      "message without a reading": 1,
      "heart rates that a strap sent later": 1,
    });
  });

  it("a day's monitoring: times of 16 bits follow the last whole one, over their turn", async () => {
    const bytes = fitFileOf((encoder) => {
      encoder.writeMessage(103, [fitTime(FIT_TURN - 30)]);
      for (const after of [-10, 20, 50]) {
        encoder.writeMessage(55, [fitTime16(FIT_TURN + after), fitByte(27, 70)]);
      }
      encoder.writeMessage(55, [fitTime(FIT_TURN + 600), fitByte(27, 71)]);
    });
    const { readings } = await read(bytes);
    expect(readings.map(({ time: at }) => at - FIT_START - FIT_TURN)).to.deep.equal([-10, 20, 50, 600]);
  });

  it("oxygen saturations, by the product's name, in files that follow each other", async () => {
    const one = (at: number, value: number) =>
      fitFileOf((encoder) => encoder.writeMessage(269, [fitTime(at), fitByte(0, value)]), "Venu 3");
    const { readings } = await read(Uint8Array.from([...one(0, 96), ...one(60, 94)]));
    expect(readings.map(({ metric, value, unit, source }) => [metric, value, unit, source])).to.deep.equal([
      ["spo2", "96", "%", "Venu 3, serial 39000001"],
      ["spo2", "94", "%", "Venu 3, serial 39000001"],
    ]);
  });

  it("times before the clock was set, and 16 bits without a whole time, are refused", async () => {
    const bytes = fitFileOf((encoder) => {
      encoder.writeMessage(55, [fitTime16(5), fitByte(27, 70)]);
      encoder.writeMessage(20, [fitField(253, 4, FitBaseType.Uint32, 1000), fitByte(3, 70)]);
      encoder.writeMessage(20, [fitTime(0), fitField(3, 2, FitBaseType.Uint16, 70)]);
      encoder.writeMessage(20, fitRecord(9, 70));
    });
    const { readings, report } = await read(bytes);
    expect(readings).to.have.length(1);
    expect(report.refused).to.deep.equal({
      "no time": 1,
      "time counts from the device's start": 1,
      "value is not a number": 1,
    });
  });

  it("16 bits that go back are refused, and the times after them stay where they are", async () => {
    const bytes = fitFileOf((encoder) => {
      encoder.writeMessage(103, [fitTime(0)]);
      for (const after of [60, 50, 70]) encoder.writeMessage(55, [fitTime16(after), fitByte(27, 70)]);
    });
    const { readings, report } = await read(bytes);
    expect(readings.map(({ time: at }) => at - FIT_START)).to.deep.equal([60, 70]);
    expect(report.refused).to.deep.equal({ "time of 16 bits goes back": 1 });
  });

  it("a product's name ends at its first zero byte, and need not be UTF-8", async () => {
    const named = (bytes: readonly number[]) =>
      fitFileOf((encoder) => encoder.writeMessage(20, fitRecord(0, 61)), Uint8Array.from(bytes));
    const venu = [...Buffer.from("Venu 3")];
    for (const rest of [[0], [0, 0xff, 0xfe], [0, 0x61]]) {
      const { readings } = await read(named([...venu, ...rest]));
      expect(readings[0]!.source).to.equal("Venu 3, serial 39000001");
    }
    expect((await read(named([0xff, 0x41, 0]))).readings[0]!.source).to.contain("serial 39000001");
  });

  it("no time is later than a field of times can say", async () => {
    const bytes = fitFileOf((encoder) => {
      encoder.writeMessage(103, [fitField(253, 4, FitBaseType.Uint32, 0xffff_fff0)]);
      encoder.writeMessage(55, [fitField(26, 2, FitBaseType.Uint16, 0x10), fitByte(27, 70)]);
      encoder.writeMessage(20, fitRecord(0, 61));
    });
    const { readings, report } = await read(bytes);
    expect(readings).to.have.length(1);
    expect(report.refused).to.deep.equal({ "no time": 1 });
  });

  it("a changed byte and a cut file are refused with their reason", async () => {
    const bytes = fitFileOf((encoder) => encoder.writeMessage(20, fitRecord(0, 61)));
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
