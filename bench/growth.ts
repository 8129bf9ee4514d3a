// SPDX-License-Identifier: GPL-3.0-or-later
import { anchorTree, randomFieldElement } from "@vitalproof/sdk";
import { shapeOf } from "../test/circuits/support/shapes.ts";
import {
  type Comparison,
  type Count,
  countOf,
  GROWING,
  guideBelow,
  guideLoop,
  knownCount,
  ours,
} from "./circuits.ts";
import { guideLoopConstraints } from "./constraints.ts";
import { guideClaim, guideRule } from "./guideRule.ts";
import { step } from "./progress.ts";
import { medianTotal } from "./proving.ts";
import { type CrowdRow, type GrowthPart, mergeRows, type PeopleRow, type ReadingsRow } from "./report.ts";
import { median, round } from "./statistics.ts";
import { FLAT_GAS } from "./targets.ts";
import { claimWitness, loopInput } from "./witness.ts";

/** Around the size from which the histogram is the smaller one, and the ends of what was asked for. */
const READINGS = [60, 288, 600, 900, 1_440, 3_600, 10_000];
const PROVED = [60, 288, 1_440, 3_600];
const PROVING_ROUNDS = 3;
const PEOPLE = [1, 10, 100, 1_000, 10_000, 100_000];
const CROWD = { usual: [1, 10, 100, 1_000], full: [1, 10, 100, 1_000, 10_000] };
/** Paths whose time is measured, or as many as there are leaves. */
const PATHS = 100;

type Run = { readonly full: boolean; readonly today: string };

/** Cost as work grows. */
export async function measureGrowth(
  before: GrowthPart | undefined,
  run: Run,
): Promise<Pick<GrowthPart, "readings" | "people" | "crowd" | "batches">> {
  const readings = await growingReadings(before?.readings ?? [], run);
  const people = await growingPeople(run);
  const crowd = await growingCrowd(run);
  // Loaded late: it needs the contracts' generated types, which `hardhat build` makes.
  const { measureBatches } = await import("./batches.ts");
  const batches = await measureBatches(run.today);
  return {
    readings,
    people,
    crowd: mergeRows(
      sameContracts(before?.crowd ?? [], crowd),
      crowd,
      (row) => row.crowd,
      (a, b) => a.crowd - b.crowd,
    ),
    batches,
  };
}

/** Rows of an earlier run, unless the smallest size costs something else by now: then they are of other contracts. */
function sameContracts(before: readonly CrowdRow[], now: readonly CrowdRow[]): readonly CrowdRow[] {
  const [first, again] = [before[0]?.gas ?? {}, now[0]?.gas ?? {}];
  const same = Object.entries(again).every(
    ([operation, gas]) => Math.abs(gas - (first[operation] ?? 0)) < FLAT_GAS,
  );
  return same ? before : [];
}

async function growingReadings(before: readonly ReadingsRow[], { full, today }: Run): Promise<ReadingsRow[]> {
  const rule = await step("the rule for the guide's loop with everything a claim needs", () =>
    guideRule(guideBelow),
  );
  const rows: ReadingsRow[] = [];
  for (const readings of READINGS) {
    const direct = await smaller(ours("Direct", readings), readings > 900);
    const histogram = await smaller(ours("Histogram", readings), readings < 600);
    const construction =
      histogram === undefined || (direct !== undefined && direct.constraints <= histogram.constraints)
        ? "direct"
        : "histogram";
    const best = construction === "direct" ? direct! : histogram!;
    const old = before.find((row) => row.readings === readings);
    rows.push({
      readings,
      ours: best.constraints,
      construction,
      domain: best.domain,
      guideLoop: guideLoopConstraints(readings),
      guideBelow: guideClaim(rule, readings),
      how: (await knownCount(guideBelow(readings))) === undefined ? "computed" : "compiled",
      // Times of an earlier full run stay as long as they are of the same circuit.
      ...(old?.oursMs !== undefined && old.ours === best.constraints
        ? { oursMs: old.oursMs, guideLoopMs: old.guideLoopMs }
        : {}),
      measured: today,
    });
  }
  if (!full) return rows;
  const timed: ReadingsRow[] = [];
  for (const row of rows) {
    timed.push(PROVED.includes(row.readings) ? { ...row, ...(await provingTimes(row)) } : row);
  }
  return timed;
}

/** Counts a construction unless it is known to be the larger one at this size; then it is compiled by nobody. */
async function smaller(comparison: Comparison, larger: boolean): Promise<Count | undefined> {
  return larger ? undefined : step(`count ${comparison.call}`, () => countOf(comparison));
}

async function provingTimes({ readings, construction }: ReadingsRow) {
  const shape = { ...shapeOf(GROWING), slots: readings };
  const circuit = ours(construction === "direct" ? "Direct" : "Histogram", readings);
  const input = claimWitness(circuit.name, shape).circuitInput();
  return {
    oursMs: await step(`prove ${circuit.call}`, (say) => medianTotal(circuit, input, PROVING_ROUNDS, say)),
    guideLoopMs: await step(`prove the guide's loop of ${readings}`, (say) =>
      medianTotal(guideLoop(readings), loopInput(shape), PROVING_ROUNDS, say),
    ),
  };
}

/** One day's tree by the SDK's own code, and the gas of anchoring its root. */
async function growingPeople({ today }: Run): Promise<PeopleRow[]> {
  const { deployInsured } = await import("../test/contracts/support/world.ts");
  const { load, time } = await import("../test/contracts/support/network.ts");
  const { anchors, attester } = await load(deployInsured);
  // Each size on a day of its own, each the first writing of its day.
  let day = BigInt(await time.latest()) / 86_400n + 1n;
  const rows: PeopleRow[] = [];
  // The engine compiles hashes and paths while they run: the smallest trees would pay for that.
  const warm = anchorTree(Array.from({ length: 1_000 }, () => randomFieldElement()));
  for (const leaf of warm.leaves) warm.path(leaf);
  for (const people of PEOPLE) {
    const row = await step(`a day's tree of ${people.toLocaleString("en")} people`, async (say) => {
      const leaves = Array.from({ length: people }, () => randomFieldElement());
      say("building");
      const started = performance.now();
      const tree = anchorTree(leaves);
      const treeMs = performance.now() - started;
      const times: number[] = [];
      let depth = 0;
      for (const leaf of leaves.slice(0, PATHS)) {
        const pathStarted = performance.now();
        const { siblings } = tree.path(leaf);
        times.push(performance.now() - pathStarted);
        depth = Math.max(depth, siblings.length);
      }
      const [from] = await anchors.anchorWindow(1n, day);
      await time.setNextBlockTimestamp(from);
      const receipt = await (await anchors.connect(attester).anchor(1n, day, tree.root)).wait();
      return {
        people,
        anchorGas: Number(receipt!.gasUsed),
        treeMs: round(treeMs, 2),
        pathMs: round(median(times), 4),
        depth,
        measured: today,
      };
    });
    rows.push(row);
    day += 1n;
  }
  return rows;
}

async function growingCrowd({ full, today }: Run): Promise<CrowdRow[]> {
  const { gasByCrowd } = await import("../test/contracts/support/crowd.ts");
  const sizes = full ? CROWD.full : CROWD.usual;
  const rows = await step("gas next to other policies and consents", (say) =>
    gasByCrowd(sizes, (crowd) => say(`${crowd} there`)),
  );
  return rows.map(({ crowd, gas }) => ({
    crowd,
    gas: Object.fromEntries(Object.entries(gas).map(([operation, used]) => [operation, Number(used)])),
    measured: today,
  }));
}
