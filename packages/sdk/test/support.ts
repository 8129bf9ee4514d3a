// SPDX-License-Identifier: GPL-3.0-or-later

import { expect } from "chai";
import { VitalproofError } from "../src/index.ts";

/** The stable code of what `act` throws; "nothing" when it does not throw, and other errors pass through. */
export function codeThrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof VitalproofError) return error.code;
    throw error;
  }
  return "nothing";
}

export async function codeRejected(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VitalproofError) return error.code;
    throw error;
  }
  return "nothing";
}

/** Chai's `closeTo` takes integers only where Hardhat's matchers are loaded, which a suite's other files do. */
export function expectNear(actual: number, expected: number, within: number, about = ""): void {
  const isNear = Math.abs(actual - expected) <= within;
  expect(isNear, `${about} ${actual} and ${expected} within ${within}`.trim()).to.equal(true);
}
