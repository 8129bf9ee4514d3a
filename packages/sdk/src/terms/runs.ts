// SPDX-License-Identifier: GPL-3.0-or-later
/** What a slot says about a run: no reading, a reading that belongs to one, a reading that does not. */
export type Mark = "missing" | "inside" | "outside";

/**
 * How missing slots are taken.
 * - "fewest": so that as few runs as possible are counted, the worst case of "at least"
 * - "most": so that as many as possible are, the worst case of "at most"
 * - "of-valid": they are passed over, as if the readings around them were adjacent
 */
export type RunRule = "fewest" | "most" | "of-valid";

/**
 * Counts runs of at least `minRun` consecutive slots inside, with the counter of circuits/lib/runs.circom. A run is
 * counted once, when it reaches `minRun`, and then held until it ends.
 *
 * |          | run open (minRun not reached) | run held                                           |
 * |----------|-------------------------------|----------------------------------------------------|
 * | fewest   | ends it                       | changes nothing: only a reading outside lets another begin |
 * | most     | counts                        | ends it, so that the next may begin                |
 * | of-valid | changes nothing               | changes nothing                                    |
 *
 * "fewest" and "most" are the least and the greatest count over all fillings of the missing slots; a test tries all
 * windows of up to nine slots.
 *
 * @param minRun at least 1
 */
export function countRuns(marks: Iterable<Mark>, minRun: number, rule: RunRule): number {
  let runs = 0;
  let length = 0;
  let held = false;
  for (const mark of marks) {
    const counts = mark === "inside" || (mark === "missing" && rule === "most" && !held);
    const passedOver = mark === "missing" && (rule === "of-valid" || (rule === "fewest" && held));
    if (passedOver || (counts && held)) continue;
    length = counts ? length + 1 : 0;
    held = length === minRun;
    if (held) runs += 1;
  }
  return runs;
}

/** The most runs of `minRun` that `slots` slots can hold, one slot between any two: floor((slots + 1) / (minRun + 1)). */
export function mostRuns(slots: number, minRun: number): number {
  return Math.floor((slots + 1) / (minRun + 1));
}
