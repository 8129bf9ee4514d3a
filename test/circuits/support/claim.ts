// SPDX-License-Identifier: GPL-3.0-or-later
//
// Inputs of claim circuits, built from docs/protocol.md without the SDK: an
// oracle of its own, and one that packs lies as readily as truths.
import { contextOf, headOf, holderOf, leafOf, pathOf, subjectOf } from "./hashes.ts";
import type { Shape, TemplateName } from "./shapes.ts";
import { openTermsOf, packTerms, type TermsByTemplate, type TermsFields, type TermsHeader } from "./terms.ts";
import type { CircuitInput } from "./tester.ts";

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

export function headsOf(claim: Claim<TermsHeader>): bigint[] {
  const heads: bigint[] = [];
  let head = claim.previousHead;
  for (const [e, codes] of claim.codes.entries()) {
    head = headOf(claim.shape, head, claim.context + (BigInt(e) << 24n), claim.salts[e]!, codes);
    heads.push(head);
  }
  return heads;
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
