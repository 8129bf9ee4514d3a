// SPDX-License-Identifier: GPL-3.0-or-later
import { type Bed, CONTRADICTION, isContradicted, isOffline, REPEATS } from "./beds.ts";
import type { Sample } from "./device.ts";

/** What one bed's device measures, and what of it is sent when. */
export class Sampler {
  readonly bed: Bed;
  measured = 0;
  contradicted = 0;
  readonly #timeOf: (place: number) => number;
  /** Measured without a network. */
  #kept: Sample[] = [];
  /** What a device that floods says later. */
  #later: Sample[] = [];

  /** @param timeOf Unix second of a place in the day */
  constructor(bed: Bed, timeOf: (place: number) => number) {
    this.bed = bed;
    this.#timeOf = timeOf;
  }

  /** Measures some places of the day. @returns the messages that go out now */
  measure(from: number, to: number): Sample[] {
    const good: Sample[] = [];
    const contradictions: Sample[] = [];
    for (let place = from; place < to; place++) {
      const sample = { t: this.#timeOf(place), v: this.bed.value(place) };
      this.measured += 1;
      if (isOffline(this.bed, place)) this.#kept.push(sample);
      else good.push(sample);
      if (isContradicted(this.bed, place)) contradictions.push({ ...sample, v: CONTRADICTION });
    }
    if (this.bed.floods !== true) return good;
    const earlier = this.#later;
    this.#later = contradictions;
    // The first time each, then everything again in another order.
    return [...good, ...this.#storm(good), ...this.#contradict(earlier)];
  }

  /** What was measured without a network. */
  takeKept(): Sample[] {
    return this.#kept.splice(0);
  }

  /** What a device that floods has not contradicted yet. */
  takeLast(): Sample[] {
    return this.#contradict(this.#later.splice(0));
  }

  #storm(samples: readonly Sample[]): Sample[] {
    const again = Array.from({ length: REPEATS - 1 }, () => samples).flat();
    return again
      .map((sample, i) => ({ sample, at: (i * 7_919) % again.length }))
      .sort((a, b) => b.at - a.at)
      .map(({ sample }) => sample);
  }

  #contradict(samples: readonly Sample[]): Sample[] {
    this.contradicted += samples.length;
    return samples.flatMap((sample) => Array.from({ length: REPEATS }, () => sample)).reverse();
  }
}
