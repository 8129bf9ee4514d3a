// SPDX-License-Identifier: GPL-3.0-or-later
//
// Short descriptions of a set of states: as few boxes as a greedy choice finds, each a product of levels. This is Quine's and
// McCluskey's way for columns of more than two levels. A program of 8 conditions has at most 256 states and 6,561 boxes.

/** For each axis, which of its levels. */
export type Box = readonly (readonly boolean[])[];

/** Whether a state is in the set; "may" where it does not matter. */
export type Belongs = "yes" | "no" | "may";

type Candidate = {
  readonly box: Box;
  readonly states: bigint;
  /** How many axes do not have all their levels. */
  readonly bounded: number;
};

/**
 * Boxes that together cover every "yes" and no "no".
 * @param levels of each axis
 * @param belongs for each state, the first axis changing fastest
 */
export function boxesOf(levels: readonly number[], belongs: readonly Belongs[]): Box[] {
  const setOf = (wanted: Belongs) =>
    belongs.reduce((set, one, state) => (one === wanted ? set | (1n << BigInt(state)) : set), 0n);
  const [yes, no] = [setOf("yes"), setOf("no")];
  // The best come first: those that ask of fewer columns; then those that cover more; then less of what does not matter.
  const candidates = allBoxes(levels)
    .filter(({ states }) => (states & no) === 0n && (states & yes) !== 0n)
    .map((one) => ({ ...one, rank: [one.bounded, -ones(one.states & yes), ones(one.states)] as const }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2]);
  let chosen: Candidate[] = [];
  let open = yes;
  while (open !== 0n) {
    const gains = candidates.map(({ states }) => ones(states & open));
    const best = candidates[gains.indexOf(gains.reduce((most, gain) => Math.max(most, gain), 0))]!;
    chosen.push(best);
    open &= ~best.states;
  }
  for (const one of [...chosen]) {
    const others = chosen.filter((other) => other !== one);
    const covered = others.reduce((set, { states }) => set | states, 0n);
    if ((yes & ~covered) === 0n) chosen = others;
  }
  return chosen.map(({ box }) => box);
}

function allBoxes(levels: readonly number[]): Candidate[] {
  let boxes: Candidate[] = [{ box: [], states: 1n, bounded: 0 }];
  let stride = 1n;
  for (const count of levels) {
    const next: Candidate[] = [];
    for (let subset = 1; subset < 2 ** count; subset++) {
      const side = Array.from({ length: count }, (_, level) => ((subset >> level) & 1) === 1);
      const isBounded = side.includes(false);
      for (const { box, states, bounded } of boxes) {
        const spread = side.reduce(
          (set, isIn, level) => (isIn ? set | (states << (BigInt(level) * stride)) : set),
          0n,
        );
        next.push({ box: [...box, side], states: spread, bounded: bounded + Number(isBounded) });
      }
    }
    boxes = next;
    stride *= BigInt(count);
  }
  return boxes;
}

function ones(set: bigint): number {
  return set.toString(2).replaceAll("0", "").length;
}
