// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitId, proposal } from "./circuits.ts";
import { time } from "./network.ts";
import { delay, HOUR, holder, root } from "./values.ts";
import { deployAnchored } from "./world.ts";

export const second = circuitId("glucose-day", 2n);
export const never = 2n ** 64n - 1n;

/** The policy's first day is anchored and its window closes in an hour. */
export async function deployClosing() {
  const world = await deployAnchored();
  const { closesAt } = await world.claims.windowOf(world.policy, 0n);
  await time.increaseTo(closesAt - HOUR);
  return { ...world, closes: closesAt };
}

/** As `deployClosing`, with a successor of the circuit added an hour before the window closes. */
export async function deployWithSuccessor() {
  const world = await deployAnchored();
  const { claims, circuits, governor, circuit, verifier2, policy } = world;
  // A period later than the first, so that the delay fits before its window closes.
  const next = await proposal(verifier2, { version: 2n, predecessor: circuit });
  await circuits.connect(governor).propose(next);
  await time.increase(delay);
  const firstEpoch = await world.nextEpoch();
  const late = await world.issue({ firstEpoch, holder: holder + 1n });
  await world.anchorPeriod(late, 0n, root);
  await circuits.add(next);
  const { closesAt } = await claims.windowOf(late, 0n);
  await time.increaseTo(closesAt - HOUR);
  return { ...world, earlier: policy, policy: late, closes: closesAt };
}
