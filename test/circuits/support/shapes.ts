// SPDX-License-Identifier: GPL-3.0-or-later
//
// The numbers of claim circuits, read from circuits/protocol.json and circuits/circuits.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const protocol = JSON.parse(
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

export type TemplateName = "distribution" | "episode" | "regularity" | "impact";

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
