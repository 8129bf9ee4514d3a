// SPDX-License-Identifier: GPL-3.0-or-later
import { type LocalTime, zoneRules } from "@vitalproof/sdk";

/** Why a local time is refused: the clock change in spring skips it. */
export const SKIPPED_BY_CLOCK = "time skipped by the clock change";

/**
 * The clock that wrote a file without zone, read in the file's order.
 *
 * A time in the hour that the clock change in autumn repeats is taken as the earliest instant after the reading before
 * it, so that an hour that is there twice is read twice. A time that the change in spring skips is none.
 */
export class LocalClock {
  readonly #instantsOf: ReturnType<typeof zoneRules>;
  readonly #zone: string;
  #previous = Number.NEGATIVE_INFINITY;
  #ambiguous = 0;
  #assumedEarlier = 0;
  #undecided = 0;

  /** @throws ZONE_REQUIRED where no zone is given, ZONE_UNKNOWN */
  constructor(zone: string | undefined) {
    this.#zone = zone ?? "";
    this.#instantsOf = zoneRules(this.#zone);
  }

  /**
   * @param fraction of the second
   * @returns Unix seconds; undefined for a time that does not exist in this zone
   */
  instantOf(local: LocalTime, fraction = 0): number | undefined {
    const [first, second] = this.#instantsOf(local).instants;
    if (first === undefined) return undefined;
    let time = first + fraction;
    if (second !== undefined) {
      this.#ambiguous += 1;
      if (time > this.#previous) this.#undecided += 1;
      else {
        time = second + fraction;
        this.#undecided = 0;
      }
    } else this.#settle();
    this.#previous = time;
    return time;
  }

  counts(): { ambiguousTimes: number; assumedEarlier: number } {
    return { ambiguousTimes: this.#ambiguous, assumedEarlier: this.#assumedEarlier + this.#undecided };
  }

  notes(): string[] {
    const { ambiguousTimes, assumedEarlier } = this.counts();
    if (ambiguousTimes === 0) return [];
    return [
      `${ambiguousTimes} times lie in an hour that ${this.#zone} has twice; they were read in the file's order` +
        (assumedEarlier === 0
          ? "."
          : `, and ${assumedEarlier} of them, where nothing decides, as the first of the two.`),
    ];
  }

  #settle(): void {
    this.#assumedEarlier += this.#undecided;
    this.#undecided = 0;
  }
}
