// SPDX-License-Identifier: GPL-3.0-or-later
import { type LocalTime, zoneRules } from "@vitalproof/sdk";
import type { MeasuredReading } from "../format.ts";
import { type Evidence, RepeatedHour } from "./repeatedHour.ts";

/** Why a local time is refused: the clock change in spring skips it. */
export const SKIPPED_BY_CLOCK = "time skipped by the clock change";
/** Why a reading of the hour that the clock change in autumn repeats is refused: there are two passes, mixed. */
export const UNTOLD = "time in a repeated hour, and nothing tells which of the two";

/**
 * The clock that wrote a file without zone. A time that the change in spring skips does not exist. A time in the hour that
 * the change in autumn repeats has two instants: its reading waits until `RepeatedHour` has decided between them.
 */
export class LocalClock {
  readonly #instantsOf: ReturnType<typeof zoneRules>;
  readonly #zone: string;
  readonly #hour = new RepeatedHour();
  #second: number | undefined;
  #ambiguous = 0;
  #last: { readonly local: LocalTime; readonly instants: readonly number[] } | undefined;
  #others = new Map<string, ReturnType<typeof zoneRules> | undefined>();

  /** @throws ZONE_REQUIRED where no zone is given, ZONE_UNKNOWN */
  constructor(zone: string | undefined) {
    this.#zone = zone ?? "";
    this.#instantsOf = zoneRules(this.#zone);
  }

  /**
   * @param fraction of the second
   * @returns Unix seconds, in a repeated hour those of the earlier instant until `pass` has decided; undefined for a time
   *          that does not exist in this zone
   */
  instantOf(local: LocalTime, fraction = 0): number | undefined {
    const { instants } = this.#instantsOf(local);
    const [first, second] = instants;
    this.#last = { local, instants };
    this.#second = undefined;
    if (first === undefined) return undefined;
    if (second !== undefined) {
      this.#ambiguous += 1;
      this.#second = second + fraction;
    }
    return first + fraction;
  }

  /** Whether the time that was read last can have this offset, in seconds east of UTC. */
  hasOffset(offset: number): boolean {
    if (this.#last === undefined) return true;
    const { local, instants } = this.#last;
    const { year, month, day, hour, minute, second } = local;
    const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
    return instants.length === 0 || instants.some((instant) => instant === seconds - offset);
  }

  /** Whether the time that was read last is the same in a zone; so it is for a text that names none. */
  agreesWith(zone: string): boolean {
    if (!this.#others.has(zone)) this.#others.set(zone, rulesOf(zone));
    const rules = this.#others.get(zone);
    if (rules === undefined || this.#last === undefined) return true;
    const { local, instants } = this.#last;
    return rules(local).instants.join() === instants.join();
  }

  /**
   * Hands on a reading whose time was the last one that `instantOf` read, now or when its repeated hour is decided.
   * @param signal tells readings apart that one row holds
   */
  pass(
    reading: MeasuredReading,
    signal: string,
    evidence: Evidence | undefined,
    deliver: (time: number | undefined) => void,
  ): void {
    this.#hour.pass({ reading, second: this.#second, signal, evidence, deliver });
  }

  /** Decides what still waits: the file has ended. */
  finish(): void {
    this.#hour.finish();
  }

  counts(): { ambiguousTimes: number; assumedEarlier: number } {
    return { ambiguousTimes: this.#ambiguous, assumedEarlier: this.#hour.decided.assumed };
  }

  notes(): string[] {
    if (this.#ambiguous === 0) return [];
    const { byDevice, byOrder, assumed, untold } = this.#hour.decided;
    const said = [
      [byDevice, "The device's own clock or record numbers place", "of them."],
      [byOrder, "The file's order, which goes through the hour twice, places", "of them."],
      [
        assumed,
        "The hour is there once, and nothing tells which one it is. Taken as the first:",
        "readings.",
      ],
      [untold, "Two passes through the hour are mixed, and nothing tells them apart. Left out:", "readings."],
    ] as const;
    const sentences = said
      .filter(([count]) => count > 0)
      .map(([count, before, after]) => `${before} ${count} ${after}`);
    return [
      `${this.#ambiguous} times are in an hour that ${this.#zone} has twice. ${sentences.join(" ")}`.trim(),
    ];
  }
}

function rulesOf(zone: string): ReturnType<typeof zoneRules> | undefined {
  try {
    return zoneRules(zone);
  } catch {
    return undefined;
  }
}
