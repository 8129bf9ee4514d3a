// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { VitalproofError } from "@vitalproof/sdk";
import type { Offer, Step } from "./types.ts";

/** Times of a queue, whole seconds. They are the same wherever the queue is opened. */
export interface QueueSettings {
  /** After which a step of a worker that does not answer is given to another, from 1 to 3600. Workers renew it. */
  readonly lease: number;
  /** How often a step is tried before it rests, from 1 to 1000. A worker that dies counts as a try. */
  readonly tries: number;
  /** Until the second try, at least, and at most twice that; doubled after each further one. From 1 to 3600. */
  readonly pause: number;
  /** For which a step that failed as often as it may is left alone before it can be offered again, from 60 to 86400. */
  readonly rest: number;
}

export const QUEUE_SETTINGS: QueueSettings = { lease: 30, tries: 5, pause: 5, rest: 900 };

const RANGES: Readonly<Record<keyof QueueSettings, readonly [least: number, most: number]>> = {
  lease: [1, 3_600],
  tries: [1, 1_000],
  pause: [1, 3_600],
  rest: [60, 86_400],
};

/** @throws INVALID_ARGUMENT for a time that is not in its range */
export function settingsOf(given: Partial<QueueSettings>): QueueSettings {
  const settings = { ...QUEUE_SETTINGS, ...given };
  for (const name of Object.keys(RANGES) as (keyof QueueSettings)[])
    assertCount(name, settings[name], ...RANGES[name]);
  return settings;
}

/** @throws INVALID_ARGUMENT for what is not a whole number from `least` to `most` */
function assertCount(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new VitalproofError("INVALID_ARGUMENT", `${name} is ${value}.`, {
    details: { [name]: value },
    hint: `Use a whole number from ${least} to ${most}.`,
  });
}

/** Steps at a time of one worker. @throws INVALID_ARGUMENT */
export function assertConcurrency(concurrency: number): void {
  assertCount("concurrency", concurrency, 1, 100);
}

const LONGEST_TEXT = 200;
const MOST_MEMBERS = 16;

/** @throws INVALID_ARGUMENT for a key or a step that holds more than a name does */
export function assertOffer({ key, step, priority = 0 }: Offer<Step>): void {
  const values = Object.values(step);
  const problem =
    key === "" || key.length > LONGEST_TEXT
      ? "key"
      : values.length > MOST_MEMBERS ||
          values.some((value) =>
            typeof value === "string" ? value.length > LONGEST_TEXT : !Number.isSafeInteger(value),
          )
        ? "step"
        : undefined;
  assertCount("priority", priority, -1_000_000, 1_000_000);
  if (problem === undefined) return;
  // Neither is quoted: what is too large may be what does not belong here.
  throw new VitalproofError("INVALID_ARGUMENT", `The ${problem} of a step is too large to be a name.`, {
    details: { problem },
    hint: `A step names rows of the store: at most ${MOST_MEMBERS} whole numbers and texts of ${LONGEST_TEXT} characters.`,
  });
}

/** The job's identity, of the step's key alone: so the primary key keeps a step from being in the queue twice. */
export function jobId(key: string): string {
  const hex = createHash("sha256").update(key).digest("hex");
  // A UUID of version 8, which is for such uses.
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
