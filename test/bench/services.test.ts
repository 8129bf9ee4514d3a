// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";
import { expect } from "chai";
import { markdown } from "../../bench/markdown.ts";
import { plotsOf } from "../../bench/plots.ts";
import type { Report, ServicesPart } from "../../bench/report.ts";
import { loadReport, reportProblems } from "../../bench/reportFile.ts";
import { measureServices } from "../../bench/services.ts";
import { targetsOf } from "../../bench/targets.ts";
import { HAS_POSTGRES } from "../support/postgres.ts";

const STORES = HAS_POSTGRES ? (["SQLite", "PostgreSQL"] as const) : (["SQLite"] as const);
const run = { full: false, today: "2026-11-30" };
const sizes = {
  ingest: [{ devices: 3, readings: 200 }],
  pace: { devices: 60, seconds: 1 },
  people: [4, 8],
};

describe("bench: services", () => {
  it("measures real services on each store, into a report that its schema, page, plots and targets take", async function () {
    this.timeout(180_000);
    const figures = await measureServices(undefined, run, sizes);
    expect(figures.ingest.map(({ store, counted }) => [store, counted])).to.deep.equal(
      STORES.map((store) => [store, 180]),
    );
    expect(figures.attester.map(({ store, people }) => [store, people])).to.deep.equal(
      STORES.flatMap((store) => sizes.people.map((people) => [store, people])),
    );
    expect(figures.pace.map(({ cost }) => Math.floor(cost.wall))).to.deep.equal(STORES.map(() => 1));
    const costs = [
      ...figures.ingest.flatMap(({ cost, seal }) => [cost, seal]),
      ...figures.attester.flatMap(({ heads, close, paths }) => [heads, close, paths]),
    ];
    for (const { wall, cpu } of costs) expect(Math.min(wall, cpu)).to.be.above(0);
    const { environment } = loadReport(join(import.meta.dirname, "../../bench/report.json")).tree!;
    const services: ServicesPart = { measured: run.today, full: false, seconds: 1, environment, ...figures };
    const report: Report = { schema: 1, targets: [], services };
    expect(reportProblems(report)).to.deep.equal([]);
    expect([...plotsOf(report).keys()]).to.deep.equal(["attester-day.svg"]);
    expect(markdown(report, new Set(["attester-day.svg"]))).to.contain("### An attester's day");
    const known = targetsOf(report).filter(({ met }) => met !== null);
    expect(known).to.have.length(3);
  });
});

describe("bench: targets of services", () => {
  const cost = (wall: number, cpu = wall, serverCpu = 0) => ({ wall, cpu, serverCpu, others: 0 });
  const row = (store: "SQLite" | "PostgreSQL", devices: number, readings: number, wall: number) => ({
    store,
    devices,
    readings,
    counted: readings,
    cost: cost(wall),
    seal: cost(1),
    heap: { tenth: 10, all: 10 + wall },
    measured: run.today,
  });
  const services = {
    ingest: [
      row("SQLite", 10, 1_000_000, 1_000),
      row("SQLite", 1_000, 10_000, 100),
      row("SQLite", 1_000, 100_000, 10),
      row("PostgreSQL", 1_000, 100_000, 25),
    ],
    pace: [
      { store: "SQLite", devices: 1_000, seconds: 20, cost: cost(20, 1), measured: run.today },
      { store: "PostgreSQL", devices: 1_000, seconds: 20, cost: cost(20, 1, 1.5), measured: run.today },
    ],
  } as unknown as ServicesPart;

  it("are of the slower store, with the most devices and then the most readings, and count the server's processor", () => {
    const rows = targetsOf({ schema: 1, services }).filter(({ value }) => value !== null);
    expect(rows.map(({ value, met }) => [value, met])).to.deep.equal([
      [4_000, false],
      [25, false],
      [12.5, false],
    ]);
  });
});
