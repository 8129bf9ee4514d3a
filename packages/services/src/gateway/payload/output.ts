// SPDX-License-Identifier: GPL-3.0-or-later
import type { MeasuredReading } from "@vitalproof/readers";
import { Plausibility } from "@vitalproof/readers/rules";
import { type PayloadRefusal, Refused, reasonOf } from "./refusal.ts";

/** A reading, and the device that measured it, by the name that a rule gives it. */
export type DeviceReading = MeasuredReading & { readonly device: string };

/** Readings below which values say little about their unit. */
const SOME = 12;

/** Where the parts of one message end up. */
export class Output {
  readonly refusals: PayloadRefusal[] = [];
  readonly #readings: DeviceReading[] = [];
  readonly #skipped = new Map<string, number>();
  readonly #plausible = new Map<string, Plausibility>();
  /** Series whose values together look wrong, once that was asked. */
  readonly #wrong = new Map<string, boolean>();
  readonly #now: number;
  readonly #most: number;

  /** @param now Unix seconds, @param most readings of one message */
  constructor(now: number, most: number) {
    this.#now = now;
    this.#most = most;
  }

  get skipped(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#skipped);
  }

  skip(kind: string, count = 1): void {
    this.#skipped.set(kind, (this.#skipped.get(kind) ?? 0) + count);
  }

  /** Does a part of the work that may be refused while the rest counts. Too much at once is refused as a whole. */
  attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.reason === "too-many-values") throw error;
      this.refusals.push(error.refusal);
    }
  }

  /** @throws Refused for what cannot have been measured, by the readers' rules */
  take(reading: DeviceReading, place: string): void {
    if (this.#readings.length === this.#most) throw new Refused("too-many-values", "$");
    const sentence = this.#ofSeries(reading).refusalOf(reading);
    if (sentence !== undefined) throw new Refused(reasonOf(sentence), place);
    this.#readings.push(reading);
  }

  /** Readings that were checked elsewhere. */
  takeAll(readings: readonly DeviceReading[]): void {
    if (this.#readings.length + readings.length > this.#most) throw new Refused("too-many-values", "$");
    for (const reading of readings) this.#readings.push(reading);
  }

  /** The readings that are left after a look at all values of a metric together: many of them may show a wrong unit. */
  readings(): readonly DeviceReading[] {
    return this.#readings.length < SOME ? this.#readings : this.#readings.filter((one) => this.#fits(one));
  }

  #fits(reading: DeviceReading): boolean {
    const name = nameOf(reading);
    const plausibility = this.#plausible.get(name);
    if (plausibility === undefined) return true;
    if (!this.#wrong.has(name)) {
      let problem = false;
      try {
        plausibility.check();
      } catch {
        problem = true;
        const count = this.#readings.filter((one) => nameOf(one) === name).length;
        this.refusals.push({
          reason: "implausible",
          place: "$",
          count,
          detail: `${reading.metric} in ${reading.unit}`,
        });
      }
      this.#wrong.set(name, problem);
    }
    return this.#wrong.get(name) === false;
  }

  #ofSeries(reading: DeviceReading): Plausibility {
    const name = nameOf(reading);
    let found = this.#plausible.get(name);
    if (found === undefined) {
      found = new Plausibility({ now: this.#now });
      this.#plausible.set(name, found);
    }
    return found;
  }
}

function nameOf({ metric, unit, device, source }: DeviceReading): string {
  return JSON.stringify([metric, unit, device, source]);
}
