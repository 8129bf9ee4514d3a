// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lies about where the last head is filed (T7), told to every claim circuit.

import { inverse } from "@vitalproof/hardhat-circom/attack";
import { type Claim, inputOf } from "../claim.ts";
import type { pathOf } from "../hashes.ts";
import type { Base } from "../mutants.ts";
import { sums } from "../steps.ts";
import type { TermsHeader } from "../terms.ts";
import type { Changes, Teller } from "./teller.ts";

export interface MembershipLies {
  /** Holds, at a path of depth 3. */
  readonly good: Claim<TermsHeader>;
  /** The readings of `good`, for a path that leads to another log's root. */
  readonly swapped: Base;
  readonly path: Pick<ReturnType<typeof pathOf>, "index" | "depth" | "siblings"> & { anchorRoot: bigint };
  /** The log that is anchored there. */
  readonly anchored: Base;
}

const DEPTH = 20;
const TREE = "AnchoredReadings.AnchorRoot";

export async function tellMembershipLies(
  { court, wire, liar, argue, set }: Teller,
  { good, swapped, path, anchored }: MembershipLies,
): Promise<void> {
  const input = inputOf(good);
  const tree = (name: string) => wire(`${TREE}.${name}`);
  const steps = (part: "Steps.reached" | "ended", values: Readonly<Record<number, bigint>>): Changes =>
    sums(values, DEPTH + 1).map((value, n) => [tree(`${part}[${n}]`), value] as const);

  // Roots that no tree has: 0, by a path that ends nowhere.
  const nothing = await liar("root 0", { ...input, anchorRoot: 0n });
  const deep = await liar("root 0 by a depth above the limit", { ...input, anchorRoot: 0n, depth: 21n });
  argue(nothing, [deep]);
  argue(deep, [nothing]);
  court.constants(nothing);
  set(nothing, "a path that ends nowhere", [wire("depth"), 0n], ...steps("Steps.reached", {}));
  set(nothing, "a path that is said to end nowhere", ...steps("ended", {}));

  /** A root as the liar's own tree gives it, and the claim that it is the day's. */
  const ownRoot = async (name: string, changes: Changes, depth = path.depth): Promise<void> => {
    const honest = await liar(name, { ...input, depth });
    const root = tree("root");
    const told = court.forger.retell(honest.witness, new Map(changes)).witness[root]!;
    set(await liar(name, { ...input, depth, anchorRoot: told }), name, ...changes);
  };
  // Steps of 2 and -1 end at depth 2 · 2 - 3 = 1 and add up to 1.
  await ownRoot("two nodes less a third as the root", steps("Steps.reached", { 2: 2n, 3: -1n }), 1n);
  await ownRoot("a hash without constants", [[tree("GatedPoseidon[0].unit"), 0n]]);
  await ownRoot("an open level taken for an ended one", [[tree("ended[0]"), 1n]]);

  // The root of another log.
  set(swapped, "another node ends the path", [tree(`ends[${path.depth}]`), path.anchorRoot]);
  set(
    await liar("another log's root, at depth 0", { ...input, anchorRoot: path.anchorRoot, depth: 0n }),
    "another leaf ends the path",
    [tree("ends[0]"), path.anchorRoot],
  );

  // Both sides of an exchange move together: their sum is fixed, and any left is reached.
  const trueLeaf = anchored.witness[tree("nodes[0]")]!;
  const falseLeaf = swapped.witness[tree("nodes[0]")]!;
  const sibling = path.siblings[0]!;
  const [left, right] = (path.index & 1n) === 0n ? [trueLeaf, sibling] : [sibling, trueLeaf];
  const newSibling = left + right - falseLeaf;
  const selector = (left - falseLeaf) * inverse(newSibling - falseLeaf);
  const rest = path.index & ~1n;
  const bits = Array.from(
    { length: DEPTH },
    (_, i) => [tree(`Num2Bits.out[${i}]`), (rest >> BigInt(i)) & 1n] as const,
  );
  const name = "a leaf selected between two";
  const moved = [wire("siblings[0]"), newSibling] as const;
  set(swapped, name, moved, ...bits.slice(1), [wire("index"), rest + selector], [bits[0]![0], selector]);
  set(swapped, name, moved, [tree("sides[0]"), selector]);
  set(swapped, name, moved, [tree("exchanges[0]"), left - falseLeaf]);
}
