// SPDX-License-Identifier: GPL-3.0-or-later
//
// Public inputs that have no preimage in the protocol (T12): hashes under other
// tags, from the middle of a hash, and without round constants.
import { type Claim, headsOf } from "../claim.ts";
import { headAfter, innerOf, leafOf, type pathOf, poseidon, subjectOf } from "../hashes.ts";
import { poseidonWires } from "../poseidon.ts";
import { tag } from "../shapes.ts";
import type { TermsHeader } from "../terms.ts";
import type { Teller } from "./teller.ts";

/**
 * @param good    holds; of two epochs
 * @param rootOf  the inputs that say where a leaf is filed
 */
export async function tellHashLies(
  { wire, world, set }: Teller,
  good: Claim<TermsHeader>,
  rootOf: (leaf: bigint) => { anchorRoot: bigint } & Omit<ReturnType<typeof pathOf>, "root">,
): Promise<void> {
  const { shape, secret, scope } = good;
  const context = good.context + (1n << 24n);
  const [first, last] = headsOf(good) as [bigint, bigint];
  const subject = subjectOf(secret);
  const words = good.codes[1]!.reduce((sum, code, i) => sum + (code << BigInt(shape.base * i)), 0n);
  const inner = innerOf(shape, context, good.salts[1]!, good.codes[1]!);
  const withHead = (head: bigint) => rootOf(leafOf(subject, context, head));

  // Each hash of a claim: where it is, its inputs behind the tag, and what of the circuit it would change.
  const hashes = [
    {
      of: "holder",
      at: "Holder",
      inputs: [tag("holder"), secret, scope],
      input: (holder: bigint) => ({ holder }),
    },
    {
      of: "subject",
      at: "Subject",
      inputs: [tag("subject"), secret, 0n],
      input: (name: bigint) => rootOf(leafOf(name, context, last)),
    },
    { of: "leaf", at: "Leaf", inputs: [tag("leaf"), subject, context, last], input: rootOf },
    { of: "head", at: "chain.Head[1]", inputs: [tag("head"), first, inner], input: withHead },
    {
      of: "inner",
      at: "chain.Inner[1]",
      inputs: [tag("inner"), context, good.salts[1]!, words],
      input: (other: bigint) => withHead(headAfter(first, other)),
    },
  ];
  for (const { of, at, inputs, input } of hashes) {
    const hash = `AnchoredReadings.${at}.SparsePoseidon`;
    const other = of === "inner" ? tag("innerBlock") + 1n : 7n;
    set(
      await world(`a ${of} under another tag`, good, input(poseidon([other, ...inputs.slice(1)]))),
      "the tag",
      [wire(`${hash}.inputs[0]`), other],
    );
    set(
      await world(`a ${of} hashed without constants`, good, input(poseidonWires(inputs, 0n).get("out")!)),
      "the constants",
      [wire(`${hash}.GatedPoseidon.unit`), 0n],
    );
  }
}
