// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, dayOffsetOf, epochAt, epochEnd, epochStart, type Profile, type Reading } from "@vitalproof/sdk";

export interface Cover {
  readonly profile: Profile;
  /** Quarter hours after 00:00 UTC. */
  readonly offset: number;
  readonly firstEpoch: number;
  /** Epochs in one period. */
  readonly epochsPerPeriod: number;
  readonly periods: number;
  /** Zone in which periods are named. */
  readonly zone: string;
}

/** The periods of a story, in the zone of the person whose readings they hold. */
export class Calendar {
  readonly profile: Profile;
  readonly offset: number;
  readonly firstEpoch: number;
  readonly epochsPerPeriod: number;
  /** Number of periods. */
  readonly periods: number;
  /** All epochs of all periods. */
  readonly epochs: readonly number[];
  readonly #zone: string;

  constructor({ profile, offset, firstEpoch, epochsPerPeriod, periods, zone }: Cover) {
    this.profile = profile;
    this.offset = offset;
    this.firstEpoch = firstEpoch;
    this.epochsPerPeriod = epochsPerPeriod;
    this.periods = periods;
    this.epochs = Array.from({ length: periods * epochsPerPeriod }, (_, i) => firstEpoch + i);
    this.#zone = zone;
  }

  /** Every day from a file's first reading to its last one, each a period of its own. */
  static ofDays(profile: Profile, zone: string, readings: readonly Reading[]): Calendar {
    const { first, last } = readings.reduce(
      ({ first: low, last: high }, { time }) => ({ first: Math.min(low, time), last: Math.max(high, time) }),
      { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
    );
    const offset = dayOffsetOf(zone, first);
    const firstEpoch = epochAt(profile, offset, first);
    const periods = epochAt(profile, offset, last) - firstEpoch + 1;
    return new Calendar({ profile, offset, firstEpoch, epochsPerPeriod: 1, periods, zone });
  }

  startOf(epoch: number): number {
    return epochStart(this.profile, this.offset, epoch);
  }

  endOf(epoch: number): number {
    return epochEnd(this.profile, this.offset, epoch);
  }

  firstEpochOf(period: number): number {
    return this.firstEpoch + period * this.epochsPerPeriod;
  }

  lastEpochOf(period: number): number {
    return this.firstEpochOf(period) + this.epochsPerPeriod - 1;
  }

  /** What people call a period: its date, its dates, or its date and time. */
  nameOf(period: number): string {
    const [first, last] = [this.firstEpochOf(period), this.lastEpochOf(period)];
    if (this.profile.epochSeconds < DAY) return this.#timeOf(this.startOf(first));
    return first === last ? this.#dateOf(first) : `${this.#dateOf(first)} to ${this.#dateOf(last)}`;
  }

  /** The local date of a day. East of Greenwich it begins on the date before in UTC. */
  #dateOf(epoch: number): string {
    const shift = this.offset > 48 ? DAY / 2 : 0;
    return new Date((this.startOf(epoch) + shift) * 1000).toISOString().slice(0, 10);
  }

  /** Local date and time, with seconds where epochs are shorter than a minute. */
  #timeOf(time: number): string {
    const local = new Date(time * 1000).toLocaleString("sv-SE", { timeZone: this.#zone });
    return this.profile.epochSeconds < 60 ? local : local.slice(0, 16);
  }
}
