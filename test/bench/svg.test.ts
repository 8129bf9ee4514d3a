// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { barPlot, linePlot, short, ticksOf } from "../../bench/svg.ts";

describe("bench: plots", () => {
  it("ticks of a logarithmic axis are the decades around the values", () => {
    expect(ticksOf([60, 10_000], true)).to.deep.equal([10, 100, 1_000, 10_000]);
    expect(ticksOf([0.02, 3], true)).to.deep.equal([0.01, 0.1, 1, 10]);
    expect(ticksOf([1, 1], true)).to.deep.equal([1, 10]);
  });

  it("ticks of an even axis begin at 0 and enclose the values", () => {
    expect(ticksOf([122_399], false)).to.deep.equal([0, 25_000, 50_000, 75_000, 100_000, 125_000]);
    expect(ticksOf([0.7], false)).to.deep.equal([0, 0.2, 0.4, 0.6, 0.8]);
    expect(ticksOf([0], false)).to.deep.equal([0, 1]);
  });

  it("numbers are short", () => {
    expect([1, 999, 1_234, 12_345, 1_234_567, 0.1234].map(short)).to.deep.equal([
      "1",
      "999",
      "1,234",
      "12.3 k",
      "1.23 M",
      "0.12",
    ]);
  });

  const axes = { x: { label: "readings", log: true }, y: { label: "constraints", log: true } };

  it("points lie where their values say", () => {
    const svg = linePlot({
      title: "t",
      ...axes,
      series: [
        {
          name: "a",
          points: [
            [1, 1],
            [10, 100],
          ],
        },
      ],
    });
    const [first, last] = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)];
    expect(Number(first![1])).to.be.lessThan(Number(last![1]));
    expect(Number(first![2])).to.be.greaterThan(Number(last![2]));
  });

  it("text is escaped and every axis has its label", () => {
    const svg = linePlot({ title: 'a <b> & "c"', ...axes, series: [{ name: "<script>", points: [[1, 1]] }] });
    expect(svg).to.contain("readings").and.contain("constraints").and.not.contain("<script>");
    expect(svg).to.match(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  });

  it("a bar's segments join and are as long as their values", () => {
    const svg = barPlot({
      title: "t",
      value: { label: "gas" },
      segments: ["execution", "data"],
      groups: [{ label: "", bars: [{ label: "claim", values: [60, 30] }] }],
    });
    const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="18"/g)].map(
      (match) => match.slice(1).map(Number),
    ) as [number, number][];
    expect(bars).to.have.length(2);
    expect(bars[0]![0] + bars[0]![1]).to.be.closeTo(bars[1]![0], 0.02);
    expect(bars[0]![1] / bars[1]![1]).to.be.closeTo(2, 0.01);
  });

  it("refuses a plot of nothing, and 0 on a logarithmic axis", () => {
    expect(() => linePlot({ title: "t", ...axes, series: [] })).to.throw(RangeError, /no points/);
    expect(() => linePlot({ title: "t", ...axes, series: [{ name: "a", points: [[0, 1]] }] })).to.throw(
      RangeError,
      /logarithmic/,
    );
    expect(() => barPlot({ title: "t", value: { label: "" }, segments: [], groups: [] })).to.throw(
      RangeError,
      /no bars/,
    );
  });
});
