// SPDX-License-Identifier: GPL-3.0-or-later
import { createIdentity, type LogOpening, profileOf, type Reading } from "../src/index.ts";

export const profile = profileOf("test-16");
export const { interval, epochSeconds } = profile;
export const FIRST = 100;
export const start = FIRST * epochSeconds;

export function opening(): LogOpening {
  const { subject } = createIdentity();
  return { group: 1n, subject, profile: "test-16", offset: 0, firstEpoch: FIRST, genesis: 77n };
}

export function day(epoch: number, value: number | string = 5): Reading[] {
  return Array.from({ length: 16 }, (_, slot) => ({
    time: epoch * epochSeconds + slot * interval + 60,
    value,
    unit: "1",
  }));
}
