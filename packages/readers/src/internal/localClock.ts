// SPDX-License-Identifier: GPL-3.0-or-later
import { type LocalTime, zoneRules } from "@vitalproof/sdk";

/** Why a local time is refused: the clock change in spring skips it. */
export const SKIPPED_BY_CLOCK = "time skipped by the clock change";

/**
 * The clock that wrote a file without zone, read in the file's order.
 *
 * A time in the hour that the clock change in autumn repeats is taken as the instant nearest to the reading before it
 * that comes after it in the file's direction, so that an hour that is there twice is read twice. The direction is that
 * of most steps so far: a file may begin with its newest reading. A time that the change in spring skips does not exist.
 */
export class LocalClock {
  readonly #instantsOf: ReturnType<typeof zoneRules>;
  readonly #zone: string;
  #previous: number | undefined;
  /** Steps forward in time minus steps back. */
  #forward = 0;
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
    const previous = this.#previous;
    if (second !== undefined) {
      this.#ambiguous += 1;
      // Where the file goes back in time, the later instant comes first.
      const [near, far] = this.#forward < 0 ? [second + fraction, time] : [time, second + fraction];
      const follows = previous === undefined || (this.#forward < 0 ? near < previous : near > previous);
      if (follows) this.#undecided += 1;
      else this.#undecided = 0;
      time = follows ? near : far;
    } else this.#settle();
    if (previous !== undefined) this.#forward += Math.sign(time - previous);
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
      `${ambiguousTimes} times are in an hour that ${this.#zone} has twice. They were read in the file's order` +
        (assumedEarlier === 0
          ? "."
          : `, and ${assumedEarlier} of them, where nothing decides, as the one that comes first in the file's direction.`),
    ];
  }

  #settle(): void {
    this.#assumedEarlier += this.#undecided;
    this.#undecided = 0;
  }
}
