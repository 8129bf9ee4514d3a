// SPDX-License-Identifier: GPL-3.0-or-later
//
// Inputs of claim circuits, built from docs/protocol.md without the SDK: an
// oracle of its own, and one that packs lies as readily as truths.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mod } from "@vitalproof/hardhat-circom/attack";
import { LeanIMT } from "@zk-kit/lean-imt";
import * as poseidonLite from "poseidon-lite";
import type { CircuitInput } from "./tester.ts";

const hashes = poseidonLite as unknown as Record<string, (inputs: readonly bigint[]) => bigint>;

/** circomlib's Poseidon with as many inputs as are given. */
export function poseidon(inputs: readonly bigint[]): bigint {
  return hashes[`poseidon${inputs.length}`]!(inputs);
}

const protocol = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../circuits/protocol.json"), "utf8"),
);
const instances: {
  name: string;
  template?: TemplateName;
  profile?: string;
  epochs?: number;
  construction?: string;
}[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../circuits/circuits.json"), "utf8"),
).instances;

export const tag = (name: string) => {
  const text: string = protocol.tags[name] ?? `${protocol.countedTags[name]}\0\0`;
  return BigInt(`0x${Buffer.from(text, "latin1").toString("hex")}`);
};

export type TemplateName = keyof TermsByTemplate;

/** The numbers of one claim circuit. */
export interface Shape {
  readonly template: TemplateName;
  readonly profile: bigint;
  readonly epochs: number;
  readonly slots: number;
  readonly base: number;
  /** Highest code. */
  readonly codes: number;
  /** Open: the first code is LOW and the last HIGH. */
  readonly ends: "open" | "closed";
  /** Slots that make one sample. */
  readonly channels: number;
  /** Code of the value 0, if the profile has one. */
  readonly zero: number;
}

export function shapeOf(instance: string): Shape {
  const entry = instances.find(({ name }) => name === instance);
  if (entry?.template === undefined || entry.profile === undefined || entry.epochs === undefined)
    throw new Error(`${instance} is no claim circuit`);
  const profile = protocol.profiles[entry.profile];
  const low = profile.ends === "open" ? 1 : 0;
  const steps = (value: number) => Math.round((value - Number(profile.lowest)) / Number(profile.resolution));
  return {
    template: entry.template,
    profile: BigInt(profile.id),
    epochs: entry.epochs,
    slots: profile.slots,
    base: profile.base,
    codes: steps(Number(profile.highest)) + 1 + 2 * low,
    ends: profile.ends,
    channels: profile.channels,
    zero: steps(0) + 1 + low,
  };
}

/** Every input of `terms` on its own, so that a test can put nonsense into each. */
export interface TermsHeader {
  readonly template: bigint;
  readonly profile: bigint;
  readonly offset: bigint;
  readonly epoch: bigint;
  readonly epochs: bigint;
  readonly flags: bigint;
}

/** Terms of the template `distribution`. */
export interface TermsFields extends TermsHeader {
  readonly low: bigint;
  readonly high: bigint;
  readonly shareMin: bigint;
  readonly shareMax: bigint;
  readonly meanMin: bigint;
  readonly meanMax: bigint;
  readonly coverageMin: bigint;
  readonly coverageMax: bigint;
}

export interface EpisodeTerms extends TermsHeader {
  readonly low: bigint;
  readonly high: bigint;
  readonly minRun: bigint;
  readonly runsMin: bigint;
  readonly runsMax: bigint;
  readonly coverageMin: bigint;
}

export interface RegularityTerms extends TermsHeader {
  readonly low: bigint;
  readonly high: bigint;
  readonly level: bigint;
  readonly epochsMin: bigint;
  readonly epochsMax: bigint;
  readonly shareMin: bigint;
  readonly shareMax: bigint;
  readonly coverageMin: bigint;
}

export interface ImpactTerms extends TermsHeader {
  readonly threshold: bigint;
  readonly minRun: bigint;
  readonly countMin: bigint;
  readonly countMax: bigint;
  readonly coverageMin: bigint;
}

export interface TermsByTemplate {
  readonly distribution: TermsFields;
  readonly episode: EpisodeTerms;
  readonly regularity: RegularityTerms;
  readonly impact: ImpactTerms;
}

/** The value of "at most" bounds on counts that bounds nothing. */
export const NO_BOUND = 65_535n;

/** Terms of a template that ask for nothing but a reading. */
export function openTermsOf<T extends TemplateName>(
  template: T,
  shape: Shape,
  changes: Partial<TermsByTemplate[T]> = {},
): TermsByTemplate[T] {
  const band = { low: 1n, high: BigInt(shape.codes) };
  const open: TermsByTemplate = {
    distribution: {
      ...headerOf("distribution", shape),
      ...band,
      shareMin: 0n,
      shareMax: 10_000n,
      meanMin: 0n,
      meanMax: BigInt(shape.codes),
      coverageMin: 0n,
      coverageMax: 10_000n,
    },
    episode: {
      ...headerOf("episode", shape),
      ...band,
      minRun: 1n,
      runsMin: 0n,
      runsMax: NO_BOUND,
      coverageMin: 0n,
    },
    regularity: {
      ...headerOf("regularity", shape),
      ...band,
      level: 0n,
      epochsMin: 0n,
      epochsMax: NO_BOUND,
      shareMin: 0n,
      shareMax: 10_000n,
      coverageMin: 0n,
    },
    impact: {
      ...headerOf("impact", shape),
      threshold: 1n,
      minRun: 1n,
      countMin: 0n,
      countMax: NO_BOUND,
      coverageMin: 0n,
    },
  };
  return { ...open[template], ...changes };
}

function headerOf(template: TemplateName, shape: Shape): TermsHeader {
  return {
    template: BigInt(protocol.terms.templates[template].id),
    profile: shape.profile,
    offset: 3n,
    epoch: 20_000n,
    epochs: BigInt(shape.epochs),
    flags: 0n,
  };
}

/** Terms of the template `distribution` that ask for nothing but a reading. */
export function openTerms(shape: Shape, changes: Partial<TermsFields> = {}): TermsFields {
  return openTermsOf("distribution", shape, changes);
}

/**
 * No range check: a field too large runs into its neighbour, as a liar would have
 * it. The layout is that of the template whose fields these are, whatever id the
 * header gives.
 */
export function packTerms(fields: TermsHeader): bigint {
  const templates: { fields: { name: string; bits: number }[] }[] = Object.values(protocol.terms.templates);
  const layout = templates.find((template) => template.fields.every(({ name }) => name in fields));
  if (layout === undefined) throw new Error("terms with the fields of no template");
  const values = new Map<string, bigint>(Object.entries(fields));
  let word = 0n;
  let shift = 0n;
  for (const { name, bits } of [...protocol.terms.header, ...layout.fields]) {
    word += values.get(name)! << shift;
    shift += BigInt(bits);
  }
  return word;
}

export interface Claim<T extends TermsHeader = TermsFields> {
  readonly shape: Shape;
  readonly secret: bigint;
  /** Secret under which the log is filed; another one than `secret` for somebody else's log. */
  readonly subjectSecret: bigint;
  readonly scope: bigint;
  readonly terms: T;
  /** Context of the first epoch as the log has it; default: as in terms. */
  readonly context: bigint;
  readonly previousHead: bigint;
  readonly salts: readonly bigint[];
  readonly codes: readonly (readonly bigint[])[];
  /** Other leaves of the day's tree, before and after this one. */
  readonly before: readonly bigint[];
  readonly after: readonly bigint[];
}

export function honestClaim(
  shape: Shape,
  changes: ClaimChanges & { readonly terms?: Partial<TermsFields> } = {},
): Claim {
  return honestClaimOf("distribution", shape, changes);
}

type ClaimChanges = Partial<Omit<Claim, "shape" | "terms">>;

/** A claim of any template; terms ask for nothing but a reading where they are not changed. */
export function honestClaimOf<T extends TemplateName>(
  template: T,
  shape: Shape,
  changes: ClaimChanges & { readonly terms?: Partial<TermsByTemplate[T]> } = {},
): Claim<TermsByTemplate[T]> {
  const terms = openTermsOf(template, shape, changes.terms);
  const secret = changes.secret ?? 0x5ec4e7_1234567890n;
  return {
    shape,
    subjectSecret: secret,
    scope: 0x5c09en,
    context: contextOf(terms),
    previousHead: 0x9ead0n,
    salts: Array.from({ length: shape.epochs }, (_, e) => 0x5a17_0000n + BigInt(e)),
    codes: Array.from({ length: shape.epochs }, () =>
      Array.from({ length: shape.slots }, (_, i) => BigInt(1 + (i % shape.codes))),
    ),
    before: [11n, 12n],
    after: [13n, 14n, 15n],
    ...changes,
    secret,
    terms,
  };
}

export function contextOf(terms: TermsHeader): bigint {
  return terms.profile + (terms.offset << 16n) + (terms.epoch << 24n);
}

/** The inner hash of an epoch; words by plain field arithmetic, so codes may be anything. */
export function innerOf(shape: Shape, context: bigint, salt: bigint, codes: readonly bigint[]): bigint {
  const perWord = Math.floor(protocol.wordBits / shape.base);
  const words: bigint[] = [];
  for (let from = 0; from < codes.length; from += perWord) {
    let word = 0n;
    for (const [i, code] of codes.slice(from, from + perWord).entries())
      word += code << BigInt(shape.base * i);
    words.push(mod(word));
  }
  const hash = (inputs: readonly bigint[]) =>
    poseidon(inputs.length <= 4 ? inputs : [...inputs, ...new Array<bigint>(14 - inputs.length).fill(0n)]);
  let state = hash([tag("inner"), context, salt, ...words.slice(0, 11)]);
  for (let from = 11, j = 1n; from < words.length; from += 12, j++) {
    state = hash([tag("innerBlock") + j, state, ...words.slice(from, from + 12)]);
  }
  return state;
}

export const headAfter = (previous: bigint, inner: bigint) => poseidon([tag("head"), previous, inner]);

/** The head after an epoch. */
export function headOf(
  shape: Shape,
  previous: bigint,
  context: bigint,
  salt: bigint,
  codes: readonly bigint[],
): bigint {
  return headAfter(previous, innerOf(shape, context, salt, codes));
}

export function headsOf(claim: Claim<TermsHeader>): bigint[] {
  const heads: bigint[] = [];
  let head = claim.previousHead;
  for (const [e, codes] of claim.codes.entries()) {
    head = headOf(claim.shape, head, claim.context + (BigInt(e) << 24n), claim.salts[e]!, codes);
    heads.push(head);
  }
  return heads;
}

export const subjectOf = (secret: bigint) => poseidon([tag("subject"), secret, 0n]);
export const holderOf = (secret: bigint, scope: bigint) => poseidon([tag("holder"), secret, scope]);
export const leafOf = (subject: bigint, context: bigint, head: bigint) =>
  poseidon([tag("leaf"), subject, context, head]);

/** Path of a leaf among others, by the library. */
export function pathOf(leaf: bigint, before: readonly bigint[], after: readonly bigint[]) {
  const tree = new LeanIMT<bigint>((a, b) => poseidon([a, b]), [...before, leaf, ...after]);
  const { root, index, siblings } = tree.generateProof(before.length);
  return { root, index: BigInt(index), depth: BigInt(siblings.length), siblings: padded(siblings) };
}

export function padded(siblings: readonly bigint[]): bigint[] {
  return Array.from({ length: protocol.maxDepth }, (_, i) => siblings[i] ?? 0n);
}

/** All inputs of the circuit; `overrides` replace what would follow from the claim. */
export function inputOf(claim: Claim<TermsHeader>, overrides: CircuitInput = {}): CircuitInput {
  const lastContext = claim.context + (BigInt(claim.shape.epochs - 1) << 24n);
  const leaf = leafOf(subjectOf(claim.subjectSecret), lastContext, headsOf(claim).at(-1)!);
  const path = pathOf(leaf, claim.before, claim.after);
  return {
    holder: holderOf(claim.secret, claim.scope),
    anchorRoot: path.root,
    terms: packTerms(claim.terms),
    scope: claim.scope,
    secret: claim.secret,
    previousHead: claim.previousHead,
    salts: claim.salts,
    codes: claim.codes,
    depth: path.depth,
    index: path.index,
    siblings: path.siblings,
    ...overrides,
  };
}

export const CLAIM_INPUTS = [
  "holder",
  "anchorRoot",
  "terms",
  "scope",
  "secret",
  "previousHead",
  "salts",
  "codes",
  "depth",
  "index",
  "siblings",
] as const;

/** Public inputs of every claim circuit. */
export const PUBLIC: readonly string[] = ["holder", "anchorRoot", "terms", "scope"];

/** The circuit by plain counting: formats.md, "Missing readings, exactly". */
export function holds(shape: Shape, terms: TermsFields, codes: readonly (readonly bigint[])[]): boolean {
  const all = codes.flat();
  const n = BigInt(all.length);
  const valid = all.filter((code) => code !== 0n);
  const inside = BigInt(valid.filter((code) => code >= terms.low && code <= terms.high).length);
  const sum = valid.reduce((a, b) => a + b, 0n);
  const v = BigInt(valid.length);
  if (v === 0n) return false;
  const covered = v * 10_000n >= terms.coverageMin * n;
  const above = (sum: bigint, floor: bigint) => ((terms.flags & 2n) === 2n ? sum > floor : sum >= floor);
  const below = (sum: bigint, ceiling: bigint) =>
    (terms.flags & 4n) === 4n ? sum < ceiling : sum <= ceiling;
  if ((terms.flags & 1n) === 1n) {
    return (
      covered &&
      v * 10_000n <= terms.coverageMax * n &&
      inside * 10_000n >= terms.shareMin * v &&
      inside * 10_000n <= terms.shareMax * v &&
      above(sum, terms.meanMin * v) &&
      below(sum, terms.meanMax * v)
    );
  }
  // Worst case by definition: over every filling of the missing slots. For counts
  // and sums the extremes are reached by filling all alike.
  const missing = n - v;
  return (
    covered &&
    10_000n <= terms.coverageMax &&
    inside * 10_000n >= terms.shareMin * n &&
    (inside + missing) * 10_000n <= terms.shareMax * n &&
    above(sum + missing, terms.meanMin * n) &&
    below(sum + missing * BigInt(shape.codes), terms.meanMax * n)
  );
}
