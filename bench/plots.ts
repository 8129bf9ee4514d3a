// SPDX-License-Identifier: GPL-3.0-or-later
import { CHAINS, mostClaims } from "./chains.ts";
import type { AttesterRow, InstanceRow, Report } from "./report.ts";
import { barPlot, linePlot, short } from "./svg.ts";

/** What every claim has, whatever it states. */
const SHARED = ["AnchoredReadings", "header"];

/** Constraints of the statement itself: all but the person, the log, the anchor and opening the terms. */
export function statementOf({ parts }: Pick<InstanceRow, "parts">): number {
  return Object.entries(parts)
    .filter(([part]) => !SHARED.includes(part) && !/^Open/.test(part))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Every plot of a report by the name of its file; those of parts that have not run are not there. */
export function plotsOf(report: Report): Map<string, string> {
  const plots = new Map<string, string>();
  const { constraints, proving, growth, keys, gas, tree, services } = report;
  if (constraints !== undefined) {
    const rows = ["heart-rate-hour", "glucose-day"].flatMap((name) =>
      constraints.instances.filter((row) => row.name === name),
    );
    plots.set(
      "constraints.svg",
      barPlot({
        title: "Constraints of one claim, ours and others",
        value: { label: "constraints" },
        segments: ["constraints"],
        groups: rows.map((row) => ({
          label: `${row.name}: ${(row.epochs * row.slots).toLocaleString("en")} readings`,
          bars: [
            ["ours", row.constraints],
            ["plain circomlib", row.plain],
            ["guide's loop, bare", row.guideLoop],
            ["guide's loop, like for like", row.name === "glucose-day" ? row.guideShare : row.guideBelow],
          ].flatMap(([label, count]) =>
            typeof count === "number"
              ? [
                  {
                    label: String(label),
                    values: [count],
                    muted: label !== "ours",
                    note: `${short(count)} (${(count / row.constraints).toFixed(2)} ×)`,
                  },
                ]
              : [],
          ),
        })),
      }),
    );
    plots.set(
      "instances.svg",
      barPlot({
        title: "Constraints of every instance",
        value: { label: "constraints" },
        segments: ["the statement about the readings", "person, log, anchor and terms"],
        groups: [
          {
            label: "",
            bars: [...constraints.instances]
              .sort((a, b) => b.constraints - a.constraints)
              .map((row) => {
                const shared = row.epochs === 0 ? row.constraints : row.constraints - statementOf(row);
                return { label: row.name, values: [row.constraints - shared, shared] };
              }),
          },
        ],
      }),
    );
  }
  if (proving !== undefined && proving.pairs.length > 0) {
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    plots.set(
      "proving.svg",
      barPlot({
        title: "Proving in turns in one process: medians",
        value: { label: "seconds", format: (ms) => String(ms / 1000) },
        segments: ["witness", "proof"],
        groups: proving.pairs.map(({ name, ours, other, ratio }) => ({
          label: name,
          bars: [
            {
              label: "ours",
              values: [ours.witness.median, ours.proof.median],
              note: seconds(ours.total.median),
            },
            {
              label: other.circuit,
              values: [other.witness.median, other.proof.median],
              note: `${seconds(other.total.median)} (${ratio.total.toFixed(2)} ×)`,
            },
          ],
        })),
      }),
    );
  }
  if (growth !== undefined) {
    if (growth.readings.length > 0)
      plots.set(
        "readings.svg",
        linePlot({
          title: "Constraints as readings grow",
          x: { label: "readings of the period", log: true },
          y: { label: "constraints", log: true },
          series: [
            { name: "ours, the whole claim", points: growth.readings.map((row) => [row.readings, row.ours]) },
            {
              name: "guide's loop, bare",
              points: growth.readings.map((row) => [row.readings, row.guideLoop]),
            },
            {
              name: "guide's loop, like for like",
              points: growth.readings.map((row) => [row.readings, row.guideBelow]),
              dashed: true,
            },
          ],
        }),
      );
    const timed = growth.readings.filter(({ oursMs }) => oursMs !== undefined);
    if (timed.length > 1)
      plots.set(
        "readings-time.svg",
        linePlot({
          title: "Witness and proof as readings grow",
          x: { label: "readings of the period", log: true },
          y: { label: "seconds", log: true },
          series: [
            {
              name: "ours, the whole claim",
              points: timed.map((row) => [row.readings, row.oursMs! / 1000]),
            },
            {
              name: "guide's loop, bare",
              points: timed.map((row) => [row.readings, row.guideLoopMs! / 1000]),
            },
          ],
        }),
      );
    if (growth.people.length > 0)
      plots.set(
        "people.svg",
        linePlot({
          title: "A day of an attester, off chain",
          x: { label: "people anchored on one day", log: true },
          y: { label: "milliseconds", log: true },
          series: [
            { name: "the day's tree", points: growth.people.map((row) => [row.people, row.treeMs]) },
            { name: "one path", points: growth.people.map((row) => [row.people, row.pathMs]) },
          ],
        }),
      );
    if (growth.crowd.length > 1) {
      const operations = Object.keys(growth.crowd[0]!.gas).filter((operation) => operation !== "anchor");
      plots.set(
        "flat-gas.svg",
        linePlot({
          title: "Gas as others grow: it stays flat",
          x: { label: "people anchored, or policies and consents that are there already", log: true },
          y: { label: "gas (the claim without its Groth16 verification)" },
          series: [
            ...operations.map((operation) => ({
              name: operation,
              points: growth.crowd.map((row) => [row.crowd, row.gas[operation]!] as const),
            })),
            { name: "anchor", points: growth.people.map((row) => [row.people, row.anchorGas]) },
          ],
        }),
      );
    }
    const batches = growth.batches.map(({ batch }) => batch).filter(({ real }) => !real);
    if (batches.length > 1)
      plots.set(
        "batches.svg",
        linePlot({
          title: "Claims in one transaction",
          x: { label: "claims", log: true, ticks: batches.map(({ claims }) => claims) },
          y: { label: "gas per claim" },
          series: [
            { name: "everything", points: batches.map((row) => [row.claims, row.totalGasPerClaim]) },
            {
              name: "verification of the proof alone",
              points: batches.map((row) => [row.claims, row.verificationGasPerProof]),
            },
          ],
          limits: limitsOf(batches),
        }),
      );
  }
  if (keys !== undefined) {
    const both = keys.rows.flatMap(({ constraints: size, developmentKeySeconds, stockSeconds }) =>
      stockSeconds === undefined
        ? []
        : [{ size, development: developmentKeySeconds, stock: stockSeconds.total! }],
    );
    if (both.length > 0)
      plots.set(
        "keys.svg",
        barPlot({
          title: "Key set-up: development keys and snarkjs's stock path",
          value: { label: "seconds" },
          segments: ["seconds"],
          groups: both.map(({ size, development, stock }) => ({
            label: `${size.toLocaleString("en")} constraints`,
            bars: [
              { label: "development key", values: [development], note: `${short(development)} s` },
              {
                label: "stock path",
                values: [stock],
                muted: true,
                note: `${short(stock)} s (${Math.round(stock / development)} ×)`,
              },
            ],
          })),
        }),
      );
  }
  if (gas !== undefined) {
    const shown = gas.operations.filter(({ operation }) => !operation.endsWith("deployment"));
    plots.set(
      "gas.svg",
      barPlot({
        title: "Gas of every operation",
        value: { label: "gas" },
        segments: ["execution", "calldata"],
        groups: [
          {
            label: "",
            bars: [...shown]
              .sort((a, b) => b.gas - a.gas)
              .map((row) => ({
                label: row.operation,
                values: [row.gas - row.calldataGas, row.calldataGas],
                note: row.gas.toLocaleString("en"),
              })),
          },
        ],
      }),
    );
    const claim = gas.operations.find(({ operation }) => operation === "ClaimsPayout.submitClaim");
    if (claim !== undefined)
      plots.set(
        "claim-cost.svg",
        barPlot({
          title: `One claim on each chain, at ${gas.assumptions.etherUsd.toLocaleString("en")} USD an ether`,
          value: { label: "USD", format: (usd) => usd.toFixed(2) },
          segments: ["execution", "data"],
          groups: [
            {
              label: "",
              bars: claim.chains.map((cost) => ({
                label: CHAINS.find(({ name }) => name === cost.chain)!.title,
                values: [cost.executionUsd, cost.dataUsd],
                note: `${cost.usd.toFixed(3)} USD`,
              })),
            },
          ],
        }),
      );
  }
  if (tree !== undefined)
    plots.set(
      "tree.svg",
      linePlot({
        title: "A day's tree",
        x: { label: "leaves", log: true, ticks: tree.rows.map(({ leaves }) => leaves) },
        y: { label: "milliseconds of one core", log: true },
        series: [
          { name: "WebAssembly", points: tree.rows.map((row) => [row.leaves, row.fast.median]) },
          {
            name: "poseidon-lite",
            points: tree.rows.map((row) => [row.leaves, row.poseidonLite.median]),
            dashed: true,
          },
        ],
      }),
    );
  if (services !== undefined && services.attester.length > 0)
    plots.set("attester-day.svg", attesterPlot(services.attester));
  return plots;
}

function attesterPlot(rows: readonly AttesterRow[]): string {
  const parts = [
    ["heads in", "heads"],
    ["paths out", "paths"],
    ["closing", "close"],
  ] as const;
  return linePlot({
    title: "A day of an attester: processor time, the database's server included",
    x: {
      label: "people",
      log: true,
      ticks: [...new Set(rows.map(({ people }) => people))].sort((a, b) => a - b),
    },
    y: { label: "seconds", log: true },
    series: [...new Set(rows.map(({ store }) => store))].flatMap((store) =>
      parts.map(([name, part]) => ({
        name: `${name}, ${store}`,
        points: rows
          .filter((row) => row.store === store)
          .map((row) => [row.people, row[part].cpu + (row[part].serverCpu ?? 0)] as const),
        dashed: store === "PostgreSQL",
      })),
    ),
  });
}

/** The most claims of one transaction by chain; chains with the same number share a name. */
function limitsOf(sizes: Parameters<typeof mostClaims>[1]): { x: number; name: string }[] {
  const chains = new Map<number, string[]>();
  for (const chain of CHAINS) {
    const { claims } = mostClaims(chain, sizes);
    chains.set(claims, [...(chains.get(claims) ?? []), chain.title]);
  }
  return [...chains].map(([x, titles]) => ({ x, name: `${titles.join(", ")}: at most ${x}` }));
}
