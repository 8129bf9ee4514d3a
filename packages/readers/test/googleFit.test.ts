// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { googleFit } from "../src/formats/googleFit.ts";
import { detectFormat, textInput } from "../src/index.ts";
import { readWith, realFile, refusal } from "./jsonSupport.ts";

const point = (start: string, value: unknown = [{ fpVal: 54 }], end = start, more: object = {}) => ({
  startTimeNanos: start,
  endTimeNanos: end,
  dataTypeName: "com.google.heart_rate.bpm",
  value,
  ...more,
});

describe("Google Fit heart rate", () => {
  it("reads the real data set to the millisecond", async function () {
    const text = realFile(this, "omh", "googlefit-merge-heart-rate.json");
    const { readings, report } = await readWith(googleFit, text);
    expect(readings).to.deep.equal([
      { metric: "heart-rate", time: 1422632268.186, value: "54", unit: "/min" },
      { metric: "heart-rate", time: 1436538872.914, value: "58.0", unit: "/min" },
    ]);
    expect(report).to.deep.include({ entries: 2, taken: 2, skipped: {}, refused: {} });
    expect((await detectFormat(textInput(text))).name).to.equal("google-fit");
  });

  it("reads a file of Takeout, whose nanoseconds are numbers beyond 2^53", async () => {
    const text = `{"Data Source":"derived:com.google.heart_rate.bpm:merge","Data Points":[
      {"fitValue":[{"value":{"fpVal":72.0}}],"originDataSourceId":"","endTimeNanos":1422632268186000001,
       "dataTypeName":"com.google.heart_rate.bpm","startTimeNanos":1422632268186000001,"rawTimestampNanos":0}]}`;
    expect(googleFit.matches(text)).to.equal(true);
    expect((await readWith(googleFit, text)).readings).to.deep.equal([
      { metric: "heart-rate", time: 1422632268.186, value: "72.0", unit: "/min" },
    ]);
  });

  it("every millisecond comes out as it went in", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4_102_444_800_000 }), fc.nat(999_999), async (ms, nanos) => {
        const text = `${BigInt(ms) * 1_000_000n + BigInt(nanos)}`;
        const { readings } = await readWith(googleFit, { point: [point(text)] });
        expect(Math.round(readings[0]!.time * 1000)).to.equal(ms);
        expect(readings[0]!.time).to.equal(ms / 1000);
      }),
    );
  });

  it("counts other types, zeros, long spans, and what is wrong", async () => {
    const { report } = await readWith(googleFit, {
      point: [
        point("1422632268186000000", undefined, undefined, { dataTypeName: "com.google.step_count.delta" }),
        point("1422632268186000000", undefined, undefined, { dataTypeName: "Jane Doe's secret" }),
        point("1422632268186000000", [{ fpVal: 0 }]),
        point("1422632268186000000", [{ fpVal: 61 }], "1422632568186000000"),
        point("1422632268186000000", [{ fpVal: 61 }], "1422632568187000000"),
        point("1422632268186000000", [{ fpVal: 61 }], "1422632268185000000"),
        point("1422632268.186", [{ fpVal: 61 }]),
        point("1422632268186000000", []),
        point("1422632268186000000", [{ stringVal: "61" }]),
        point("1422632268186000000", [{ fpVal: -1 }]),
      ],
    });
    expect(report.skipped).to.deep.equal({
      "com.google.step_count.delta": 1,
      "other type": 1,
      "sentinel zero": 1,
      "stands for more than 5 minutes": 1,
    });
    expect(report.refused).to.deep.equal({ "no time": 2, "value is not a number": 2, "value below zero": 1 });
    expect(report).to.include({ taken: 1, entries: 10 });
  });

  it("says where a file is not what it says", async () => {
    for (const [content, path] of [
      [{}, "$"],
      [[], "$"],
      [{ point: [1] }, "$.point[0]"],
    ] as const) {
      const error = await refusal(googleFit, content);
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details).to.include({ path });
    }
    expect((await refusal(googleFit, '{"point": [')).details).to.include({ line: 1, column: 12 });
  });
});
