// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { instancesTable } from "../../bench/instancesTable.ts";
import { markdown } from "../../bench/markdown.ts";
import { PARTS } from "../../bench/options.ts";
import { plotsOf } from "../../bench/plots.ts";
import { mergeRows, type Report } from "../../bench/report.ts";
import { loadReport, reportProblems } from "../../bench/reportFile.ts";
import { targetsOf } from "../../bench/targets.ts";
import { loadSources } from "../../scripts/generate/sources.ts";

const root = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

describe("bench: the committed report", () => {
  const report = loadReport(join(root, "bench/report.json"));

  it("is as its schema says, with every part", () => {
    expect(reportProblems(JSON.parse(read("bench/report.json")))).to.deep.equal([]);
    expect(report).to.include.keys(...PARTS);
  });

  it("has the constraints, domain and sources of every manifest", () => {
    const instances = loadSources(root).instances.filter(({ group }) => group !== "test");
    const rows = new Map(report.constraints!.instances.map((row) => [row.name, row]));
    expect([...rows.keys()]).to.deep.equal(instances.map(({ name }) => name));
    for (const { name } of instances) {
      const { constraints, domain, sources, key } = JSON.parse(
        read(`circuits/artifacts/${name}/manifest.json`),
      );
      const row = rows.get(name)!;
      const hint = `${name}: run npm run bench -- constraints`;
      expect(row.constraints, hint).to.equal(constraints.nonLinear + constraints.linear);
      expect(row.domain, hint).to.equal(domain);
      expect(row.sources, hint).to.equal(sources.sha256);
      expect(row.zkeyBytes, hint).to.equal(key.bytes);
      const parts = Object.values(row.parts).reduce((sum, count) => sum + count, 0);
      expect(parts, `parts of ${name}`).to.equal(constraints.nonLinear);
    }
  });

  it("says of every target what its own figures say, and meets those that depend on no machine", () => {
    expect(report.targets).to.deep.equal(targetsOf(report));
    const counted = report.targets.filter(({ target }) => /constraints|gas/.test(target));
    expect(counted).to.have.length(12);
    for (const { target, met } of counted) expect(met, target).to.equal(true);
  });

  it("has the guide's loop of 3,600 readings with 122,399 constraints", () => {
    const loop = report.constraints!.comparisons.find(({ name }) => name === "guide-loop-3600");
    expect(loop).to.include({ constraints: 122_399, how: "compiled" });
  });

  it("is what REPORT.md, the plots and docs/instances.md were written of", () => {
    const plots = plotsOf(report);
    expect(readdirSync(join(root, "bench/plots")).sort()).to.deep.equal([...plots.keys()].sort());
    for (const [name, svg] of plots) expect(read(`bench/plots/${name}`), name).to.equal(svg);
    expect(read("bench/REPORT.md")).to.equal(markdown(report, new Set(plots.keys())));
    expect(read("docs/instances.md")).to.equal(instancesTable(report));
  });

  it("names no machine and no path", () => {
    expect(read("bench/report.json")).to.not.match(/\/(?:home|work|tmp|root|Users)\//);
  });
});

describe("bench: reports", () => {
  const empty: Report = { schema: 1, targets: [] };

  it("the schema refuses what it does not know, and what is missing", () => {
    expect(reportProblems(empty)).to.deep.equal([]);
    expect(reportProblems({ ...empty, extra: 1 })[0]).to.match(/additional properties/);
    expect(reportProblems({ schema: 1 })[0]).to.match(/targets/);
    expect(reportProblems({ ...empty, schema: 2 })).to.have.length(1);
    const target = { target: "t", wanted: "w", value: "1", met: true };
    expect(reportProblems({ ...empty, targets: [target] })[0]).to.match(/^\/targets\/0\/value/);
  });

  it("a batch row is { batch: { claims, verificationGasPerProof, totalGasPerClaim, … } }", () => {
    const growth = (batches: unknown[]) => ({
      ...empty,
      growth: {
        measured: "2026-11-20",
        full: false,
        seconds: 1,
        environment: { cpu: "c", cores: 2, memory: 4, platform: "p", node: "v24", versions: {} },
        readings: [],
        people: [],
        crowd: [],
        batches,
      },
    });
    const { batch } = loadReport(join(root, "bench/report.json")).growth!.batches[0]!;
    expect(batch).to.include.keys("claims", "verificationGasPerProof", "totalGasPerClaim");
    expect(reportProblems(growth([{ measured: "2026-11-20", batch }]))).to.deep.equal([]);
    const { claims: _, ...without } = batch;
    expect(reportProblems(growth([{ measured: "2026-11-20", batch: without }]))[0]).to.match(/claims/);
  });

  it("targets of parts that have not run are neither met nor missed", () => {
    for (const { value, met } of targetsOf(empty)) expect([value, met]).to.deep.equal([null, null]);
  });

  it("an empty report has a page and no plots", () => {
    expect(plotsOf(empty).size).to.equal(0);
    expect(markdown({ ...empty, targets: targetsOf(empty) }, new Set())).to.contain("not run");
  });

  it("rows of an earlier run stay where this one measured none", () => {
    const rows = mergeRows(
      [
        { size: 1, measured: "old" },
        { size: 10_000, measured: "old" },
      ],
      [
        { size: 10, measured: "new" },
        { size: 1, measured: "new" },
      ],
      ({ size }) => size,
      (a, b) => a.size - b.size,
    );
    expect(rows.map(({ size, measured }) => `${size} ${measured}`)).to.deep.equal([
      "1 new",
      "10 new",
      "10000 old",
    ]);
  });

  it("a broken report names itself and what is wrong", () => {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-bench-"));
    try {
      const file = join(folder, "report.json");
      expect(loadReport(file)).to.deep.equal(empty);
      writeFileSync(file, "{");
      expect(() => loadReport(file)).to.throw(/report\.json is not JSON/);
      writeFileSync(file, JSON.stringify({ schema: 1, targets: 3 }));
      expect(() => loadReport(file)).to.throw(/not as its schema says: \/targets/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
