// SPDX-License-Identifier: GPL-3.0-or-later
import { type AnchorTree, anchorTree, fastAnchorTree, randomFieldElement } from "@vitalproof/sdk/node";
import { step } from "./progress.ts";
import type { TreePart, TreeRow } from "./report.ts";
import { median, round, spreadOf } from "./statistics.ts";

const SIZES: readonly { leaves: number; rounds: number }[] = [
  { leaves: 1_000, rounds: 9 },
  { leaves: 10_000, rounds: 5 },
  { leaves: 100_000, rounds: 3 },
];
/** Paths whose time is measured, or as many as there are leaves. */
const PATHS = 10_000;

type Times = { tree: number; paths: number };

/** A day's tree by WebAssembly and by poseidon-lite, in turns in one process, over the same leaves. */
export async function measureTree(): Promise<Pick<TreePart, "rows">> {
  // The engine compiles both while they run: the smallest trees would pay for that.
  const warm = leavesOf(1_000);
  for (const build of [fastAnchorTree, anchorTree]) timesOf(build, warm);
  const rows: TreeRow[] = [];
  for (const { leaves, rounds } of SIZES) {
    const title = `a day's tree of ${leaves.toLocaleString("en")} leaves`;
    rows.push(await step(title, (say) => row(leaves, rounds, say)));
  }
  return { rows };
}

async function row(leaves: number, rounds: number, say: (detail: string) => void): Promise<TreeRow> {
  const [fast, lite]: [Times[], Times[]] = [[], []];
  for (let turn = 1; turn <= rounds; turn++) {
    say(`turn ${turn} of ${rounds}`);
    // Lets the line above be written: what follows is synchronous.
    await new Promise(setImmediate);
    const day = leavesOf(leaves);
    fast.push(timesOf(fastAnchorTree, day));
    lite.push(timesOf(anchorTree, day));
  }
  const trees = (times: readonly Times[]) => times.map(({ tree }) => tree);
  const paths = (times: readonly Times[]) => round(median(times.map((one) => one.paths)), 1);
  const middle = median(trees(fast));
  return {
    leaves,
    rounds,
    fast: spreadOf(trees(fast), 1),
    poseidonLite: spreadOf(trees(lite), 1),
    ratio: round(median(trees(lite)) / middle, 2),
    perLeaf: round((1000 * middle) / leaves, 1),
    paths: { paths: Math.min(PATHS, leaves), fast: paths(fast), poseidonLite: paths(lite) },
  };
}

const leavesOf = (count: number): bigint[] => Array.from({ length: count }, () => randomFieldElement());

function timesOf(build: (leaves: readonly bigint[]) => AnchorTree, leaves: readonly bigint[]): Times {
  const [made, tree] = timed(() => build(leaves));
  const [paths] = timed(() => {
    for (const leaf of leaves.slice(0, PATHS)) tree.path(leaf);
  });
  return { tree: made, paths };
}

/** Processor time, milliseconds: other work on the machine changes it less than time on the clock. */
function timed<T>(work: () => T): [ms: number, result: T] {
  const started = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(started);
  return [(user + system) / 1000, result];
}
