// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileReport, FormatName, MeasuredReading, Metric, Origin, OwnerChoice } from "../../format.ts";
import type { LocalClock } from "../../internal/localClock.ts";
import { Tally } from "../../internal/tally.ts";
import { isZero, plainDecimal } from "../../internal/values.ts";
import { METRICS } from "../../metrics.ts";

/** Kinds and reasons that several formats count under one name. */
export const SENTINEL_ZERO = "sentinel zero";
export const NO_NUMBER = "value is not a number";
export const NEGATIVE = "value below zero";
export const WRONG_UNIT = "unit is not one of the metric's";

/** A reading as a format finds it: "LOW", "HIGH", or a number as the file writes it. */
export type Found = {
  readonly metric: Metric;
  readonly time: number;
  readonly value: string;
  /** UCUM */
  readonly unit: string;
  readonly source?: string | undefined;
  readonly origin?: Origin | undefined;
  /** The clock that read the time, where the file has local times. */
  readonly clock?: LocalClock;
};

/** What became of an entry. Functions that read one return it, so that none is forgotten. */
export type Counted = "taken" | "skipped" | "refused";

/** Where the entries of a JSON or XML file end up: handed on, skipped or refused. Each call is one entry. */
export class Collector {
  readonly #tally = new Tally();
  readonly #take: (reading: MeasuredReading) => void;
  readonly #owners: OwnerChoice | undefined;
  #owner: string | undefined;

  constructor(take: (reading: MeasuredReading) => void, owners?: OwnerChoice) {
    this.#take = take;
    this.#owners = owners;
  }

  /** Says whose the entries are that follow. */
  belongsTo(owner: string | undefined): void {
    this.#owner = owner;
  }

  /** An entry that holds no reading. @param kind a word of ours or of the format, never content */
  skip(kind: string): Counted {
    this.#tally.entries += 1;
    this.#tally.skip(kind);
    return "skipped";
  }

  /** An entry that says something impossible. */
  refuse(reason: string): Counted {
    this.#tally.entries += 1;
    this.#tally.refuse(reason);
    return "refused";
  }

  /** A sentence for people; said once. */
  note(sentence: string): void {
    if (!this.#tally.notes.includes(sentence)) this.#tally.notes.push(sentence);
  }

  /**
   * An entry that holds a reading. Zero is what devices write for "nothing measured": nobody has a glucose, heart rate
   * or oxygen saturation of 0.
   * @throws SELECTION_REQUIRED where the file's readings are those of several people
   */
  reading({ metric, time, value: written, unit, source, origin, clock }: Found): Counted {
    let value = written;
    if (written !== "LOW" && written !== "HIGH") {
      const plain = plainDecimal(written);
      if (plain === undefined) return this.refuse(NO_NUMBER);
      if (isZero(plain) && METRICS[metric].zeroIsMissing) return this.skip(SENTINEL_ZERO);
      if (plain.startsWith("-")) return this.refuse(NEGATIVE);
      value = plain;
    }
    if (this.#owners?.counts(this.#owner) === false) return this.skip(this.#owners.kind);
    this.#tally.entries += 1;
    const reading = {
      metric,
      time,
      value,
      unit,
      ...(source === undefined || source === "" ? {} : { source }),
      ...(origin === undefined ? {} : { origin }),
    };
    this.#tally.hand(reading, this.#take, { clock, signal: metric });
    return "taken";
  }

  report(format: FormatName, clock?: LocalClock): FileReport {
    return this.#tally.report(format, clock);
  }
}
