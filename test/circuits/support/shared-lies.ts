// SPDX-License-Identifier: GPL-3.0-or-later
//
// False claims that every claim circuit has to refuse whatever its statement:
// about person, log, chain, membership and the header of its terms, with every
// way that we know to argue for them (see lies.ts).
import type { Circuit } from "./circuit.ts";
import {
  type Claim,
  contextOf,
  headOf,
  headsOf,
  holderOf,
  inputOf,
  leafOf,
  pathOf,
  poseidon,
  subjectOf,
  type TermsHeader,
  tag,
} from "./claim.ts";
import { inverse, mod } from "./constraints.ts";
import { finder } from "./lies.ts";
import type { Base, Court } from "./mutants.ts";
import type { CircuitInput } from "./tester.ts";

const EPOCH = 1n << 24n;

/** What a liar says about one circuit, and to whom. */
export interface Teller {
  readonly sample: boolean;
  readonly court: Court;
  wire(name: string, at?: number): number;
  liar(name: string, input: CircuitInput): Promise<Base>;
  world(name: string, claim: Claim<TermsHeader>, overrides?: CircuitInput): Promise<Base>;
  /** The claim as it is, and with every signal and array taken from each donor in turn. */
  argue(base: Base, donors: readonly Base[]): void;
  set(base: Base, name: string, ...changes: readonly (readonly [wire: number, value: bigint])[]): void;
}

export function tellerOf(circuit: Circuit, court: Court, sample: boolean): Teller {
  const wire = finder(circuit);
  const liar = async (name: string, input: CircuitInput): Promise<Base> => ({
    name,
    witness: await circuit.liar(input),
  });
  // A sample splices only the first worlds; every lie that is built by hand is told all the same.
  let budget = 4;
  return {
    sample,
    court,
    wire,
    liar,
    world: (name, claim, overrides = {}) => liar(name, inputOf(claim, overrides)),
    argue(base, donors) {
      court.hear("", base, new Map());
      for (const donor of donors) if (!sample || --budget >= 0) court.splice(base, donor);
    },
    set(base, name, ...changes) {
      court.hear(name, base, new Map(changes.map(([w, value]) => [w, mod(value)])));
    },
  };
}

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
  { sample, court, wire, liar, world, argue, set }: Teller,
  { good, bad: badCodes, strict, worse, open }: SharedLies<T>,
): Promise<void> {
  const { shape } = good;
  const N = shape.epochs * shape.slots;

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
    argue(
      await world("one reading bettered", lie, rootOf(leafOf(subject, lastContext, headsOf(truth)[1]!))),
      [await world("the true reading", truth)],
    );
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
    "Head[1].Poseidon.inputs[1]",
    "Head[1].Poseidon.pEx.inputs[1]",
    "Head[0].out",
    "Head[0].states[0]",
    "Head[0].Poseidon.out",
    "Head[0].Poseidon.pEx.out[0]",
  ]) {
    set(tornBase, name, [wire(`${chain}.${name}`), garbage]);
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
    "chain.Head[1].context",
    "chain.Head[1].Poseidon.inputs[2]",
    "chain.Head[1].Poseidon.pEx.inputs[2]",
  ]) {
    set(skippedBase, name, [wire(`AnchoredReadings.${name}`), skipped]);
  }
  for (const name of [
    "chain.lastContext",
    "Leaf.context",
    "Leaf.Poseidon.inputs[2]",
    "Leaf.Poseidon.pEx.inputs[2]",
  ]) {
    set(lateBase, name, [wire(`AnchoredReadings.${name}`), skipped]);
  }
  const moved = { ...good.terms, epoch: good.terms.epoch + 3n, offset: 7n };
  argue(await world("terms of another time", { ...good, terms: moved }), [
    await world("the log's own time", good),
    await world("the terms' time", { ...good, terms: moved, context: contextOf(moved) }),
  ]);

  // 3. Hashes under other tags: public inputs that have no preimage in the protocol.
  const other = 7n;
  set(
    await world("a holder under another tag", good, { holder: poseidon([other, good.secret, good.scope]) }),
    "the tag",
    [wire("AnchoredReadings.Holder.Poseidon.inputs[0]"), other],
  );
  set(
    await world(
      "a subject under another tag",
      good,
      rootOf(leafOf(poseidon([other, good.secret, 0n]), lastContext, heads[1]!)),
    ),
    "the tag",
    [wire("AnchoredReadings.Subject.Poseidon.inputs[0]"), other],
  );
  set(
    await world("a leaf under another tag", good, rootOf(poseidon([other, subject, lastContext, heads[1]!]))),
    "the tag",
    [wire("AnchoredReadings.Leaf.Poseidon.inputs[0]"), other],
  );
  const words = good.codes[1]!.reduce((sum, code, i) => sum + (code << BigInt(shape.base * i)), 0n);
  const midHash = poseidon([
    tag("headBlock") + 1n,
    heads[0]!,
    lastContext,
    good.salts[1]!,
    words,
    ...new Array<bigint>(11).fill(0n),
  ]);
  set(
    await world("a state from the middle of a hash", good, rootOf(leafOf(subject, lastContext, midHash))),
    "the tag",
    [wire(`${chain}.Head[1].Poseidon.inputs[0]`), tag("headBlock") + 1n],
  );

  // 4. Membership.
  const merkle = "AnchoredReadings.AnchorRoot.BinaryMerkleRoot";
  const nothing = await liar("root 0", { ...goodInput, anchorRoot: 0n });
  argue(nothing, [await liar("depth above the limit", { ...goodInput, anchorRoot: 0n, depth: 21n })]);
  const deep = await liar("root 0 by a depth above the limit", { ...goodInput, anchorRoot: 0n, depth: 21n });
  argue(deep, [nothing]);
  court.constants(nothing);
  set(nothing, "the level compared with", [wire(`${merkle}.IsEqual[3].in[1]`), 50n]);
  const last = `${merkle}.IsEqual`;
  // The deepest level is written after the loop and has components of its own.
  const deepest = await liar("root 0 at the greatest depth", { ...goodInput, anchorRoot: 0n, depth: 20n });
  argue(deepest, [deep]);
  set(deepest, "the level compared with", [wire(`${last}.in[1]`), 50n]);
  {
    const value = (name: string) => swapped.witness[wire(`${merkle}.${name}`)]!;
    const goal = (badRoot.anchorRoot as bigint) - value("out");
    const depth = Number(badRoot.depth);
    const scaled = (badRoot.anchorRoot as bigint) * inverse(value(`nodes[${depth}]`));
    set(swapped, "isDepth times a factor", [wire(`${last}[${depth}].isz.out`), scaled]);
    const another = mod(goal * inverse(value("nodes[1]")));
    const inv = mod((1n - another) * inverse(value("IsEqual[1].isz.in")));
    set(
      swapped,
      "a second level counted",
      [wire(`${last}[1].isz.inv`), inv],
      [wire(`${last}[1].isz.out`), another],
    );
    const lastGoal = mod(goal * inverse(value("nodes[20]")));
    const lastInv = mod((1n - lastGoal) * inverse(value("IsEqual.isz.in")));
    set(
      swapped,
      "the deepest level counted",
      [wire(`${last}.isz.inv`), lastInv],
      [wire(`${last}.isz.out`), lastGoal],
    );
    const depth20 = await world("good readings for a bad log, depth 20", good, { ...badRoot, depth: 20n });
    const node20 = depth20.witness[wire(`${merkle}.nodes[20]`)]!;
    set(depth20, "isDepth times a factor", [
      wire(`${last}.isz.out`),
      (badRoot.anchorRoot as bigint) * inverse(node20),
    ]);
    // Both sides of the selector move together: l + r is fixed, and any l is reached.
    const trueLeaf = badWorld.witness[wire(`${merkle}.nodes[0]`)]!;
    const falseLeaf = swapped.witness[wire(`${merkle}.nodes[0]`)]!;
    const sibling = badRoot.siblings[0]!;
    const [l, r] = (badRoot.index & 1n) === 0n ? [trueLeaf, sibling] : [sibling, trueLeaf];
    const newSibling = mod(l + r - falseLeaf);
    const selector = mod((l - falseLeaf) * inverse(newSibling - falseLeaf));
    const rest = badRoot.index & ~1n;
    const bits = Array.from(
      { length: 20 },
      (_, i) => [wire(`${merkle}.Num2Bits.out[${i}]`), (rest >> BigInt(i)) & 1n] as const,
    );
    const sib = [wire("siblings[0]"), newSibling] as const;
    set(
      swapped,
      "a leaf selected between two",
      sib,
      ...bits.slice(1),
      [wire("index"), rest + selector],
      [bits[0]![0], selector],
    );
    set(swapped, "a leaf selected between two", sib, [wire(`${merkle}.indices[0]`), selector]);
    set(swapped, "a leaf selected between two", sib, [wire(`${merkle}.MultiMux1[0].s`), selector]);
  }

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
