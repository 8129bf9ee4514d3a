// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorDayOf,
  anchorTree,
  codeOf,
  epochEnd,
  epochStart,
  gapHeadOf,
  genesisOf,
  headOf,
  holderOf,
  innerOf,
  leafOf,
  nodeOf,
  type ProfileName,
  packCodes,
  packContext,
  profileOf,
  subjectOf,
} from "../../src/index.ts";
import type { SeededRandom } from "../../src/synthetic/random.ts";
import { EDGES, element, slots } from "./random.ts";

export function hashes(random: SeededRandom): object[] {
  const cases: object[] = [];
  const triples = [
    ...EDGES.map((edge) => [edge, edge, edge]),
    ...EDGES.map((edge, i) => [edge, EDGES[(i + 1) % EDGES.length]!, EDGES[(i + 2) % EDGES.length]!]),
    ...Array.from({ length: 20 }, () => [element(random), element(random), element(random)]),
  ] as [bigint, bigint, bigint][];
  for (const [a, b, c] of triples) {
    cases.push({ hash: "subject", inputs: [a], output: subjectOf(a) });
    cases.push({ hash: "holder", inputs: [a, b], output: holderOf(a, b) });
    cases.push({ hash: "genesis", inputs: [a, b, c], output: genesisOf(a, b, c) });
    cases.push({ hash: "leaf", inputs: [a, b, c], output: leafOf(a, b, c) });
    cases.push({ hash: "node", inputs: [a, b], output: nodeOf(a, b) });
  }
  return cases;
}

export function heads(random: SeededRandom): object[] {
  const cases: object[] = [];
  for (const [name, count] of [
    ["test-16", 4],
    ["glucose-mg-dl-5min", 3],
    ["heart-rate-1s", 1],
    ["test-3x5", 2],
    ["doses-12h", 1],
    ["spo2-1s", 1],
    ["heart-rate-1min", 1],
    ["acceleration-20hz", 1],
  ] as const) {
    const profile = profileOf(name);
    const fillings = [
      new Array<number>(profile.slots).fill(profile.codes),
      ...Array.from({ length: count }, () => slots(random, profile.slots, profile.codes)),
    ];
    for (const filling of fillings) {
      const context = packContext({ profile: profile.id, offset: 1, epoch: random.integer(0, 2 ** 31) });
      const epoch = { previous: element(random), context, salt: element(random), codes: filling };
      cases.push({
        profile: name,
        ...epoch,
        words: packCodes(profile, filling),
        inner: innerOf(profile, epoch),
        head: headOf(profile, epoch),
      });
    }
    const context = packContext({ profile: profile.id, offset: 0, epoch: 7 });
    cases.push({ profile: name, gap: true, previous: 5n, context, head: gapHeadOf(profile, 5n, context) });
  }
  return cases;
}

export function contexts(random: SeededRandom): object[] {
  const cases: object[] = [];
  for (const name of ["test-16", "glucose-mg-dl-5min", "heart-rate-1s"] as const) {
    const profile = profileOf(name);
    const last = profile.epochSeconds / 900 - 1;
    for (const [offset, epoch] of [
      [0, 0],
      [last, 1],
      [random.integer(0, last), 20_000],
      [random.integer(0, last), random.integer(0, 1_000_000)],
    ] as [number, number][]) {
      cases.push({
        profile: name,
        offset,
        epoch,
        context: packContext({ profile: profile.id, offset, epoch }),
        start: epochStart(profile, offset, epoch),
        end: epochEnd(profile, offset, epoch),
        anchorDay: anchorDayOf(profile, offset, epoch),
      });
    }
  }
  return cases;
}

export function codes(): object[] {
  const values: [ProfileName, string[]][] = [
    [
      "glucose-mg-dl-5min",
      ["LOW", "0", "39", "39.9", "40", "40.0", "70", "180", "400", "400.5", "401", "HIGH"],
    ],
    ["glucose-mmol-l-5min", ["LOW", "2.1", "2.2", "3.9", "10", "10.0", "22.2", "22.3", "HIGH"]],
    ["spo2-1s", ["1", "89", "90", "100"]],
    ["device-usage-3h", ["0", "180"]],
    ["acceleration-20hz", ["LOW", "-8.01", "-8", "-0.02", "0", "1", "7.98", "8", "9"]],
  ];
  return values.flatMap(([profile, readings]) =>
    readings.map((value) => ({ profile, value, code: codeOf(profileOf(profile), value) })),
  );
}

export function trees(random: SeededRandom): object[] {
  return [1, 2, 3, 5, 8, 13].map((size) => {
    const tree = anchorTree(Array.from({ length: size }, () => element(random)));
    return { leaves: tree.leaves, root: tree.root, paths: tree.leaves.map((leaf) => tree.path(leaf)) };
  });
}
