// SPDX-License-Identifier: GPL-3.0-or-later
//
// What every claim circuit shares and therefore has to refuse, whatever its
// template is (wiring.test.ts asks each).

import { mod, R } from "@vitalproof/hardhat-circom/attack";
import { type Claim, headsOf, inputOf } from "./claim.ts";
import { headAfter, holderOf, leafOf, padded, pathOf, poseidon, subjectOf } from "./hashes.ts";
import { tag } from "./shapes.ts";
import { packTerms, type TermsHeader } from "./terms.ts";
import type { CircuitInput } from "./tester.ts";

export type Cases = Record<string, CircuitInput>;

const EPOCH = 1n << 24n;

const at = (path: ReturnType<typeof pathOf>) => ({
  anchorRoot: path.root,
  index: path.index,
  depth: path.depth,
  siblings: path.siblings,
});

function ownLeaf(claim: Claim<TermsHeader>): bigint {
  const last = claim.context + BigInt(claim.shape.epochs - 1) * EPOCH;
  return leafOf(subjectOf(claim.subjectSecret), last, headsOf(claim).at(-1)!);
}

/** T7: other roots, paths and depths than the leaf's own. */
export function membershipLies(claim: Claim<TermsHeader>): Cases {
  const input = inputOf(claim);
  const leaf = ownLeaf(claim);
  const path = pathOf(leaf, claim.before, claim.after);
  return {
    "root 0 by a depth above the limit": { ...input, anchorRoot: 0n, depth: 21n },
    "root 0 by depth r - 1": { ...input, anchorRoot: 0n, depth: R - 1n },
    "root 0": { ...input, anchorRoot: 0n },
    "depth 31 (five bits)": { ...input, depth: 31n },
    "depth one less": { ...input, depth: path.depth - 1n },
    "depth one more": { ...input, depth: path.depth + 1n },
    "index + 1": { ...input, index: path.index + 1n },
    "index r - 1": { ...input, index: R - 1n },
    "index with a bit above the limit": { ...input, index: path.index + (1n << 20n) },
    "a sibling changed": {
      ...input,
      siblings: path.siblings.map((value, i) => (i === 1 ? value + 1n : value)),
    },
    "another day's root": { ...input, anchorRoot: pathOf(leaf, [21n], [22n]).root },
    "another leaf as its own root": { ...input, anchorRoot: leaf + 1n, depth: 0n },
    "an inner node's level skipped": {
      ...input,
      depth: path.depth - 1n,
      index: path.index >> 1n,
      siblings: padded(path.siblings.slice(1, Number(path.depth))),
    },
  };
}

/** The tree of one leaf: the leaf is the root. This one holds. */
export function oneLeafTree(claim: Claim<TermsHeader>): CircuitInput {
  return { ...inputOf(claim), anchorRoot: ownLeaf(claim), depth: 0n, index: 0n, siblings: padded([]) };
}

/** A path of twenty levels. This one holds. */
export function deepestTree(claim: Claim<TermsHeader>): CircuitInput {
  const siblings = Array.from({ length: 20 }, (_, i) => BigInt(1000 + i));
  const anchorRoot = siblings.reduce((node, sibling) => poseidon([node, sibling]), ownLeaf(claim));
  return { ...inputOf(claim), anchorRoot, depth: 20n, index: 0n, siblings };
}

/**
 * T9: another chain than the anchored one. The claim's two epochs must differ, and
 * its terms must hold for them in any order, so that only the chain objects.
 */
export function chainLies(claim: Claim<TermsHeader>): Cases {
  const honest = inputOf(claim);
  const [first, second] = claim.codes as readonly [readonly bigint[], readonly bigint[]];
  const heads = headsOf(claim);
  const root = (head: bigint, context = claim.context + EPOCH) =>
    at(pathOf(leafOf(subjectOf(claim.secret), context, head), claim.before, claim.after));
  const words = second.reduce((sum, code, i) => sum + (code << BigInt(claim.shape.base * i)), 0n);
  const middle = (...inputs: readonly bigint[]) =>
    headAfter(heads[0]!, poseidon([tag("innerBlock") + 1n, ...inputs]));
  const terms = (changes: Partial<TermsHeader>) => ({
    ...honest,
    terms: packTerms({ ...claim.terms, ...changes }),
  });
  return {
    "swapped epochs": { ...honest, codes: [second, first] },
    "first epoch twice": { ...honest, codes: [first, first] },
    "another salt": { ...honest, salts: [claim.salts[0]! + 1n, claim.salts[1]!] },
    "salts swapped": { ...honest, salts: [claim.salts[1]!, claim.salts[0]!] },
    "another previous head": { ...honest, previousHead: claim.previousHead + 1n },
    "a head of the first epoch as the last": { ...honest, ...root(heads[0]!) },
    "the first epoch's leaf": { ...honest, ...root(heads[0]!, claim.context) },
    "a later epoch's leaf": { ...honest, ...root(heads[1]!, claim.context + 2n * EPOCH) },
    "a state from the middle of a hash": {
      ...honest,
      ...root(middle(claim.context + EPOCH, claim.salts[1]!, words)),
    },
    "a further block after the head": { ...honest, ...root(middle(heads[0]!, ...second.slice(0, 2))) },
    "a gap in place of a sealed epoch": {
      ...honest,
      codes: [first, second.map(() => 0n)],
      salts: [claim.salts[0]!, 0n],
    },
    "terms of the epoch before": terms({ epoch: claim.terms.epoch - 1n }),
    "terms of the epoch after": terms({ epoch: claim.terms.epoch + 1n }),
    "terms of another offset": terms({ offset: claim.terms.offset + 1n }),
    "terms of one epoch": terms({ epochs: 1n }),
    "terms of three epochs": terms({ epochs: 3n }),
    "terms of another profile": terms({ profile: 1n }),
    "terms of another template": terms({ template: claim.terms.template - 1n }),
    "a log of another profile": inputOf({ ...claim, context: claim.context ^ 1n }),
    "a log of another offset": inputOf({ ...claim, context: claim.context + (1n << 16n) }),
    "a log one epoch later": inputOf({ ...claim, context: claim.context + EPOCH }),
  };
}

/** T10, T11: another person, scope or log. */
export function personLies(claim: Claim<TermsHeader>): Cases {
  const honest = inputOf(claim);
  return {
    "another secret, same holder": { ...honest, secret: claim.secret + 1n },
    "another holder": { ...honest, holder: holderOf(claim.secret + 1n, claim.scope) },
    "another scope, same holder": { ...honest, scope: claim.scope + 1n },
    "somebody else's log": inputOf({ ...claim, subjectSecret: claim.secret + 1n }),
    "somebody else's log and secret": {
      ...inputOf({ ...claim, subjectSecret: claim.secret + 1n }),
      secret: claim.secret + 1n,
    },
  };
}

/** The same person and log in another scope. This one holds. */
export function anotherScope(claim: Claim<TermsHeader>): CircuitInput {
  const scope = claim.scope + 1n;
  return { ...inputOf(claim), scope, holder: holderOf(claim.secret, scope) };
}

/** T13: each public input changed, or exchanged for another. */
export function publicLies(claim: Claim<TermsHeader>): Cases {
  const honest = inputOf(claim);
  const names = ["holder", "anchorRoot", "terms", "scope"] as const;
  const cases: Cases = {};
  for (const name of names) {
    const value = honest[name] as bigint;
    cases[`${name} + 1`] = { ...honest, [name]: mod(value + 1n) };
    cases[`${name} - 1`] = { ...honest, [name]: mod(value - 1n) };
    cases[`-${name}`] = { ...honest, [name]: mod(-value) };
    cases[`${name} = 0`] = { ...honest, [name]: 0n };
    for (const other of names) {
      if (other !== name)
        cases[`${name} <-> ${other}`] = { ...honest, [name]: honest[other]!, [other]: value };
    }
  }
  return cases;
}

/** T4: what no field of any terms may be, and a bit above the last field. */
export function termsLies(claim: Claim<TermsHeader>, fields: readonly string[], width: bigint): Cases {
  const word = packTerms(claim.terms);
  const cases: Cases = {
    "a bit above the last field": inputOf(claim, { terms: word + (1n << width) }),
    "bit 252": inputOf(claim, { terms: word + (1n << 252n) }),
    "the last flag": inputOf(claim, { terms: word + (128n << 80n) }),
    "terms 0": inputOf(claim, { terms: 0n }),
    "terms r - 1": inputOf(claim, { terms: R - 1n }),
  };
  for (const field of fields) {
    // r - 1 in a field lends one to the field above: another split of the same sum.
    cases[`${field} = r - 1`] = inputOf(claim, {
      terms: mod(packTerms({ ...claim.terms, [field]: R - 1n })),
    });
  }
  return cases;
}
