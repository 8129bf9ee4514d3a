// SPDX-License-Identifier: GPL-3.0-or-later
import type { DutyState } from "./loop.ts";

/** What is wrong, and what to do, in plain words. */
export interface Problem {
  readonly what: string;
  readonly todo: string;
}

/** Problems of duties that failed. */
export function dutyProblems(states: readonly DutyState[]): Problem[] {
  return states
    .filter(({ faults }) => faults > 0)
    .map(({ name, faults }) => ({
      what: `The duty "${name}" failed ${faults} ${faults === 1 ? "time" : "times"} in a row.`,
      todo: "The log says where. It is tried again on its own.",
    }));
}
