// SPDX-License-Identifier: GPL-3.0-or-later
import { dayOffsetOf, epochAt, epochEnd, epochStart, type Profile, type Reading } from "@vitalproof/sdk";

const DAY = 86_400;

/** The days that a file of readings covers, in the zone of the person who wore the sensor. */
export class Calendar {
  readonly profile: Profile;
  readonly offset: number;
  readonly firstEpoch: number;
  /** Every day from the first reading's to the last one's. */
  readonly epochs: readonly number[];

  constructor(profile: Profile, zone: string, readings: readonly Reading[]) {
    const { first, last } = readings.reduce(
      ({ first: low, last: high }, { time }) => ({ first: Math.min(low, time), last: Math.max(high, time) }),
      { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
    );
    this.profile = profile;
    this.offset = dayOffsetOf(zone, first);
    this.firstEpoch = epochAt(profile, this.offset, first);
    const lastEpoch = epochAt(profile, this.offset, last);
    this.epochs = Array.from({ length: lastEpoch - this.firstEpoch + 1 }, (_, i) => this.firstEpoch + i);
  }

  startOf(epoch: number): number {
    return epochStart(this.profile, this.offset, epoch);
  }

  endOf(epoch: number): number {
    return epochEnd(this.profile, this.offset, epoch);
  }

  /** The local date of a day. East of Greenwich it begins on the date before in UTC. */
  dateOf(epoch: number): string {
    const shift = this.offset > 48 ? DAY / 2 : 0;
    return new Date((this.startOf(epoch) + shift) * 1000).toISOString().slice(0, 10);
  }
}
