// SPDX-License-Identifier: GPL-3.0-or-later
import { epochEnd, epochStart } from "@vitalproof/sdk";
import { PROFILE } from "../../simulation/index.ts";
import { OFFSET, type Ward } from "./ward.ts";

/** Lets time pass for everyone. @param time Unix seconds */
export async function passUntil({ site, gateway }: Ward, time: number): Promise<void> {
  await site.passUntil(time);
  await gateway.tell(site.clock.now);
}

export async function startGateway({ site, gateway }: Ward): Promise<void> {
  // Blocks may have run ahead of the story.
  await site.passUntil(0);
  await gateway.start(site.clock.now);
}

/** Unix second at which a reading of the day is measured. */
export function timeOf({ epoch }: Pick<Ward, "epoch">, place: number): number {
  return epochStart(PROFILE, OFFSET, epoch) + place * PROFILE.interval;
}

export function dayEnd({ epoch }: Pick<Ward, "epoch">): number {
  return epochEnd(PROFILE, OFFSET, epoch);
}

/** Hours and minutes, UTC. */
export function clockText(time: number): string {
  return new Date(time * 1_000).toISOString().slice(11, 16);
}
