// SPDX-License-Identifier: GPL-3.0-or-later
import { distributionTerms, profileOf } from "@vitalproof/sdk";
import { Insurer } from "./insurer.ts";
import type { World } from "./world.ts";

/** What most stories are about: a day pays if at least 70 % of its readings are in 70 to 180 mg/dL. */
export const CIRCUIT = "glucose-day";
export const PROFILE = profileOf("glucose-mg-dl-5min");
/** Days begin at 05:00 UTC. */
export const OFFSET = 20;
export const BENEFIT = 25_000_000n;

/** @param periods for how many of them it has money */
export async function publishDayInRange(world: World, group: bigint, periods: number): Promise<Insurer> {
  const insurer = await Insurer.publish(world, group, {
    circuit: CIRCUIT,
    terms: distributionTerms({
      circuit: CIRCUIT,
      offset: OFFSET,
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    }),
    benefit: BENEFIT,
  });
  await insurer.fund(BENEFIT * BigInt(periods));
  return insurer;
}
