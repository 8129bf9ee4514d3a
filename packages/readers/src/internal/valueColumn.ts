// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metric } from "../format.ts";
import type { Row } from "./csv.ts";
import { doseOf } from "./doseWords.ts";
import { wholeMinutes } from "./durations.ts";
import { beyondScale, localDecimal, percentOf } from "./values.ts";

/** What an entry is counted as that says a dose was put off, or that nobody answered for it. */
export const NO_ANSWER = "dose without an answer";

/** The values of one column: numbers, and the words and durations that some metrics are written in. */
export class ValueColumn {
  readonly #index: number;
  readonly #metric: Metric;
  readonly #named: string;
  readonly #minutesFirst: boolean;
  #kind: "number" | "duration" | "word" | undefined;

  /**
   * @param named UCUM unit that the caller names
   * @param title of the column, which may say the form of its durations
   */
  constructor(index: number, metric: Metric, named: string, title = "") {
    this.#minutesFirst = /(^|[^h:])\bmm?:ss\b/i.test(title);
    this.#index = index;
    this.#metric = metric;
    this.#named = named;
  }

  /** Whether the values are fractions of 1, which are read as per cent. */
  get #fractions(): boolean {
    return this.#metric === "spo2" && this.#named === "1";
  }

  /** UCUM unit of the values. Durations such as 03:20:00 are minutes, whatever unit is named. */
  get unit(): string {
    return this.#kind === "duration" ? "min" : this.#fractions ? "%" : this.#named;
  }

  get notes(): readonly string[] {
    if (this.#fractions) return ["Fractions are read as per cent: 0.97 is 97 %."];
    if (this.#kind === "duration")
      return ["Durations are read as whole minutes; seconds beyond them do not count."];
    if (this.#kind === "word") return ["Words for a dose are read as 1 (taken) and 0 (not taken)."];
    return [];
  }

  /**
   * @param text of its cell, trimmed and not empty
   * @returns a decimal, "LOW" or "HIGH"; undefined for a dose without an answer
   * @throws FILE_NOT_UNDERSTOOD for another text, or one that is written in another way than those before it
   */
  read(row: Row, text: string): string | undefined {
    const number = beyondScale(text) ?? (this.#fractions ? percentOf(text) : localDecimal(text));
    if (number !== undefined) return this.#as("number", number, row);
    if (this.#metric === "device-usage") {
      // 07:32 is seven minutes there, and elsewhere seven hours.
      const minutes = wholeMinutes(this.#minutesFirst && /^\d+:\d\d$/.test(text) ? `0:${text}` : text);
      if (minutes !== undefined) return this.#as("duration", minutes, row);
    }
    if (this.#metric === "doses") {
      const dose = doseOf(text);
      if (dose === "open") return undefined;
      if (dose !== undefined) return this.#as("word", dose, row);
      throw row.bad(this.#index, "its word for a dose is not known", WORD_HINT);
    }
    throw row.bad(this.#index, "its value is not a number", hintFor(text));
  }

  #as(kind: "number" | "duration" | "word", value: string, row: Row): string {
    this.#kind ??= kind;
    if (this.#kind !== kind) {
      throw row.bad(this.#index, "its value is written in another way than those before it", NUMBER_HINT);
    }
    return value;
  }
}

const NUMBER_HINT =
  "Look whether --value names the column of values. Rows of another kind are left out with --where COLUMN=VALUE.";
const WORD_HINT =
  "Choose the rows that count: --where COLUMN=VALUE. Words such as taken and skipped, or 1 and 0, are read.";

/** What a text asks for that is not a number, where another metric would read it. */
function hintFor(text: string): string {
  if (doseOf(text) !== undefined) return "If these are doses of a medicine, say so: --metric doses --unit 1.";
  if (wholeMinutes(text) !== undefined) {
    return "If these are durations of a device's use, say so: --metric device-usage --unit min.";
  }
  return NUMBER_HINT;
}
