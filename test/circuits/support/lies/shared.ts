// SPDX-License-Identifier: GPL-3.0-or-later
//
// False claims that every claim circuit has to refuse whatever its circuit:
// about person, log, chain, membership and the header of its terms, with every
// way that we know to argue for them.
import { type Claim, headsOf, inputOf } from "../claim.ts";
import { contextOf, headAfter, headOf, holderOf, leafOf, pathOf, subjectOf } from "../hashes.ts";
import type { Base } from "../mutants.ts";
import type { TermsHeader } from "../terms.ts";
import { tellHashLies } from "./hashes.ts";
import { tellMembershipLies } from "./membership.ts";
import { tellPackingLie } from "./packing.ts";
import type { Teller } from "./teller.ts";

const EPOCH = 1n << 24n;

export interface SharedLies<T extends TermsHeader> {
  /** Holds. Its two epochs have the same codes in every slot that `worse` may replace. */
  readonly good: Claim<T>;
  /** Codes for which the terms of `good` do not hold. */
  readonly bad: readonly (readonly bigint[])[];
  /** Terms that hold for `good`, and fail once the first or the last slot has the code `worse`. */
  readonly strict: T;
  readonly worse: bigint;
  /** Name of the template that opens the terms. */
  readonly open: string;
}

export async function tellSharedLies<T extends TermsHeader>(
  teller: Teller,
  { good, bad: badCodes, strict, worse, open }: SharedLies<T>,
): Promise<void> {
  const { shape, slots: N, sample, wire, liar, world, argue, set } = teller;

  // 1. Somebody else's holder, scope and log.
  const goodInput = inputOf(good);
  const stranger = { ...good, secret: good.secret + 1n, subjectSecret: good.secret + 1n };
  const strangerWorld = await world("the stranger", stranger);
  argue(await world("a stranger's holder", good, { holder: holderOf(stranger.secret, good.scope) }), [
    strangerWorld,
  ]);
  argue(await world("a stranger's log", { ...good, subjectSecret: stranger.secret }), [strangerWorld]);
  argue(await liar("a holder of another scope", { ...goodInput, scope: good.scope + 1n }), [
    await world("the person in the other scope", { ...good, scope: good.scope - 1n }),
    await world("the person in this scope", good),
  ]);

  // 2. Another log than the one that is anchored.
  const bad = { ...good, codes: badCodes };
  const at = (path: ReturnType<typeof pathOf>) => ({
    anchorRoot: path.root,
    index: path.index,
    depth: path.depth,
    siblings: path.siblings,
  });
  const badWorld = await world("the anchored log", bad);
  const rootOf = (leaf: bigint) => at(pathOf(leaf, good.before, good.after));
  const lastContext = good.context + EPOCH;
  const subject = subjectOf(good.secret);
  const badRoot = rootOf(leafOf(subject, lastContext, headsOf(bad)[1]!));
  const swapped = await world("good readings for a bad log", good, badRoot);
  argue(swapped, [badWorld]);
  // One reading different, so that a single copy of it can be bent.
  for (let slot = 0; slot < N; slot += N - 1) {
    const one = good.codes.map((row, e) =>
      row.map((code, i) => (e * shape.slots + i === slot ? worse : code)),
    );
    const truth = { ...good, codes: one, terms: strict };
    const lie = { ...truth, codes: good.codes };
    const bettered = await world(
      "one reading bettered",
      lie,
      rootOf(leafOf(subject, lastContext, headsOf(truth)[1]!)),
    );
    argue(bettered, [await world("the true reading", truth)]);
    tellPackingLie(teller, bettered, truth, lie);
    argue(await world("one reading short", truth), [await world("one reading better", lie)]);
  }
  // Epochs that do not belong together.
  const heads = headsOf(good);
  const garbage = 0xbadn;
  const torn = headOf(shape, garbage, lastContext, good.salts[1]!, good.codes[1]!);
  const tornBase = await world("a chain torn", good, rootOf(leafOf(subject, lastContext, torn)));
  const chain = "AnchoredReadings.chain";
  for (const name of [
    "heads[1]",
    "Head[1].previous",
    "Head[1].SparsePoseidon.inputs[1]",
    "Head[1].SparsePoseidon.GatedPoseidon.inputs[1]",
    "Head[0].out",
    "Head[0].SparsePoseidon.out",
    "Head[0].SparsePoseidon.GatedPoseidon.out",
  ]) {
    set(tornBase, name, [wire(`${chain}.${name}`), garbage]);
  }
  // T34: the head on record is over another epoch's content than the one that is shown.
  const swappedBase = await world(
    "a head over another inner hash",
    good,
    rootOf(leafOf(subject, lastContext, headAfter(heads[0]!, garbage))),
  );
  for (const name of [
    "inner[1]",
    "Head[1].inner",
    "Head[1].SparsePoseidon.inputs[2]",
    "Head[1].SparsePoseidon.GatedPoseidon.inputs[2]",
    "Inner[1].out",
    "Inner[1].states[0]",
    "Inner[1].SparsePoseidon.out",
    "Inner[1].SparsePoseidon.GatedPoseidon.out",
  ]) {
    set(swappedBase, name, [wire(`${chain}.${name}`), garbage]);
  }
  const skipped = good.context + 5n * EPOCH;
  const skippedHead = headOf(shape, heads[0]!, skipped, good.salts[1]!, good.codes[1]!);
  const skippedBase = await world(
    "an epoch skipped",
    good,
    rootOf(leafOf(subject, lastContext, skippedHead)),
  );
  const lateBase = await world("a leaf of another epoch", good, rootOf(leafOf(subject, skipped, heads[1]!)));
  for (const name of [
    "chain.Inner[1].context",
    "chain.Inner[1].SparsePoseidon.inputs[1]",
    "chain.Inner[1].SparsePoseidon.GatedPoseidon.inputs[1]",
  ]) {
    set(skippedBase, name, [wire(`AnchoredReadings.${name}`), skipped]);
  }
  for (const name of [
    "chain.lastContext",
    "Leaf.context",
    "Leaf.SparsePoseidon.inputs[2]",
    "Leaf.SparsePoseidon.GatedPoseidon.inputs[2]",
  ]) {
    set(lateBase, name, [wire(`AnchoredReadings.${name}`), skipped]);
  }
  const moved = { ...good.terms, epoch: good.terms.epoch + 3n, offset: 7n };
  argue(await world("terms of another time", { ...good, terms: moved }), [
    await world("the log's own time", good),
    await world("the terms' time", { ...good, terms: moved, context: contextOf(moved) }),
  ]);

  // 3. Hashes that are none of the protocol's.
  await tellHashLies(teller, good, rootOf);

  // 4. Membership.
  await tellMembershipLies(teller, { good, swapped, path: badRoot, anchored: badWorld });

  // 5. Headers that no program of this instance has.
  const headers: Record<string, Partial<TermsHeader>> = {
    "another template": { template: good.terms.template - 1n },
    "another profile": { profile: good.terms.profile - 1n },
    "other epochs": { epochs: 3n },
    "an unknown flag": { flags: 128n },
    "flags 252": { flags: 252n },
  };
  const goodWorld = await world("terms that are met", good);
  for (const [name, change] of sample ? [] : Object.entries(headers)) {
    const terms = { ...good.terms, ...change };
    const base = await world(name, { ...good, terms });
    argue(base, [goodWorld]);
  }
  {
    // An epoch number of 33 bits reaches into the number of epochs.
    const context = good.context + (1n << 56n);
    const base = await world("three epochs, time overflowing", {
      ...good,
      context,
      terms: { ...good.terms, epochs: 3n },
    });
    const time = wire(`${open}.OpenHeader.time`);
    set(base, "time + 2^40", [time, base.witness[time]! + (1n << 40n)]);
    for (const name of ["Bits.out", "checkedTime"]) {
      const w = wire(`${open}.OpenHeader.${name}`);
      set(base, `${name} + 2^40`, [w, base.witness[w]! + (1n << 40n)]);
    }
  }
}

/** A step of one field paid for by the field beside it, so that the word stays the same. */
export function lendAcross(
  { wire, set }: Teller,
  base: Base,
  open: string,
  widths: readonly bigint[],
  field: number,
  by: bigint,
): void {
  const [a, b] = [wire(`${open}.Fields.values[${field}]`), wire(`${open}.Fields.values[${field + 1}]`)];
  set(
    base,
    `${by} of field ${field + 1} lent to field ${field}`,
    [a, base.witness[a]! + (by << widths[field]!)],
    [b, base.witness[b]! - by],
  );
}
