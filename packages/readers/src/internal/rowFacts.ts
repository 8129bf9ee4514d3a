// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metric } from "../format.ts";
import { METRICS, ucumOf } from "../metrics.ts";
import { type Delimiter, type Row, shiftHint } from "./csv.ts";
import { offsetOf } from "./dateTime.ts";
import type { LocalClock } from "./localClock.ts";
import { plainTitle, titleWords } from "./titles.ts";
import { isMissing, plainDecimal } from "./values.ts";

/** What a column of units is called, alone or with the title of its values. By language. */
// cspell:disable
const UNITS =
  /^((\w+ )?(units?|uom)|(mess)?einheit(en)?|unites?( de mesure)?|unidad(es)?( de medida)?|unita( di misura)?|eenheid|eenheden)$/;
// cspell:enable

/**
 * Holds a row's own unit against the one that the caller named.
 *
 * A table can have several columns of units. Only the one next to the values is theirs, or the only one there is.
 */
export class UnitColumn {
  readonly #index: number;
  readonly #title: string;
  readonly #metric: Metric;
  readonly #unit: string;
  readonly #chosen: boolean;
  readonly #delimiter: Delimiter;
  #last = "";
  #unknown: Error | undefined;

  /** @param chosen columns that the caller chooses rows by, so that words that are not a unit pass */
  constructor(
    { titles, value, chosen }: { titles: readonly string[]; value: number; chosen: readonly number[] },
    { metric, unit }: { metric: Metric; unit: string },
    delimiter: Delimiter,
  ) {
    const found = titles.flatMap((title, index) =>
      index !== value && UNITS.test(titleWords(title)) ? [index] : [],
    );
    this.#index = found.length === 1 ? found[0]! : found.includes(value + 1) ? value + 1 : -1;
    this.#title = titles[this.#index] ?? "";
    this.#metric = metric;
    this.#unit = unit;
    this.#chosen = chosen.includes(this.#index);
    this.#delimiter = delimiter;
  }

  /** @throws FILE_NOT_UNDERSTOOD where the row says another unit, or its cells are shifted */
  see(row: Row): void {
    const text = row.cells[this.#index];
    if (text === undefined || text === this.#last) return;
    const said = text.trim();
    if (said !== "") this.#compare(said, row);
    this.#last = text;
  }

  /** @throws FILE_NOT_UNDERSTOOD where the rows say something that is not a unit of the metric; other columns may say why */
  check(): void {
    if (this.#unknown !== undefined) throw this.#unknown;
  }

  #compare(said: string, row: Row): void {
    if (/^\d+$/.test(said) && said !== this.#unit) {
      throw row.bad(this.#index, `its column "${this.#title}" holds a number`, shiftHint(this.#delimiter));
    }
    const unit = ucumOf(this.#metric, said);
    if (unit === this.#unit) return;
    const where = `--where "${this.#title}=VALUE"`;
    if (unit !== undefined && this.#metric !== "other") {
      throw row.bad(
        this.#index,
        `its column "${this.#title}" says ${unit}, and ${this.#unit} was named`,
        `Name the unit that the rows have: --unit ${unit}. Where they have several, choose one: ${where}.`,
      );
    }
    if (this.#chosen || said.toLowerCase() === this.#unit.toLowerCase()) return;
    this.#unknown ??= row.bad(
      this.#index,
      `its column "${this.#title}" does not say ${this.#unit}, and no other unit of ${METRICS[this.#metric].title}`,
      `Choose the rows that count by this column: ${where}. With * instead of a value, all of them count.`,
    );
  }
}

/** Titles of columns that say whether a row counts, and which answer means that it does not. */
const FLAGS: readonly { readonly pattern: RegExp; readonly not: boolean }[] = [
  // cspell:disable
  { pattern: /^((is|value|reading|data) ?)?(valid|gultig|valide|valido|geldig)$/, not: false },
  { pattern: /^(is ?)?(unused|invalid|excluded?|ignored?|deleted|discarded)$/, not: true },
  // cspell:enable
];
// cspell:disable
const YES = /^(true|yes|y|t|1|1\.0|valid|ok|wahr|ja|j|gültig|vrai|oui|verdadero|si|sí|vero|sì|waar|geldig)$/i;
const NO =
  /^(false|no|n|f|0|0\.0|invalid|not valid|falsch|nein|ungültig|faux|non|falso|onwaar|nee|ongeldig)$/i;
// cspell:enable

/** The columns by which rows say of themselves that they do not count: Fitbit's `valid` and `unused`. */
export class Validity {
  readonly #flags: readonly { index: number; title: string; not: boolean; answers?: "known" | "other" }[];

  /** @param chosen columns that the caller chooses rows by: the caller has decided about them */
  constructor(titles: readonly string[], chosen: readonly number[]) {
    this.#flags = titles.flatMap((title, index) => {
      const flag = FLAGS.find(({ pattern }) => pattern.test(plainTitle(title)));
      return flag === undefined || chosen.includes(index) ? [] : [{ index, title, not: flag.not }];
    });
  }

  /**
   * What a row is counted as that says it does not count; undefined for the others.
   * @throws FILE_NOT_UNDERSTOOD where a column answers yes and no in some rows, and something else in another
   */
  reasonOf(row: Row): string | undefined {
    for (const flag of this.#flags) {
      const { index, title, not } = flag;
      const text = (row.cells[index] ?? "").trim();
      if (isMissing(text)) continue;
      const answers = YES.test(text) || NO.test(text) ? "known" : "other";
      flag.answers ??= answers;
      if (flag.answers !== answers) {
        throw row.bad(
          index,
          `its column "${title}" answers neither yes nor no, unlike other rows`,
          `Choose the rows that count: --where "${title}=VALUE". With * instead of a value, all of them count.`,
        );
      }
      if ((not ? YES : NO).test(text)) return `marked ${not ? title : `not ${title}`}`;
    }
    return undefined;
  }
}

/** What a column is called that says the zone of a row's time, alone or in numbers. */
const ZONES =
  // cspell:disable-next-line
  /^((utc|gmt|time ?zone|tz|zone) ?offset|offset (utc|gmt)|time ?zone|tz|zeitzone|fuseau horaire|zona horaria|fuso orario|tijdzone)( ?(s|sec|seconds|min|minutes|h|hours|name|id))?$/;

/** Holds a row's own zone or offset against the one by which its local time was read. */
export class ZoneColumn {
  readonly #index: number;
  readonly #title: string;

  /** @param chosen columns that the caller chooses rows by: the caller has decided about them */
  constructor(titles: readonly string[], chosen: readonly number[]) {
    this.#index = titles.findIndex(
      (title, index) => ZONES.test(titleWords(title)) && !chosen.includes(index),
    );
    this.#title = titles[this.#index] ?? "";
  }

  /**
   * @param clock that read the row's local time last
   * @throws FILE_NOT_UNDERSTOOD where the row says another zone
   */
  see(row: Row, clock: LocalClock | undefined): void {
    const text = (row.cells[this.#index] ?? "").trim();
    if (clock === undefined || text === "") return;
    const offsets = offsetsOf(text);
    if (offsets === undefined ? clock.agreesWith(text) : offsets.some((offset) => clock.hasOffset(offset)))
      return;
    throw row.bad(
      this.#index,
      `its column "${this.#title}" says another zone than the one that was named`,
      `Name the zone of the rows with --zone. Where they have several, choose one: --where "${this.#title}=VALUE".`,
    );
  }
}

/** Seconds east of UTC that a text can mean: a number may be hours, minutes, seconds or milliseconds. Undefined for a name. */
function offsetsOf(text: string): number[] | undefined {
  const number = plainDecimal(text);
  if (number === undefined) {
    const offset = offsetOf(text);
    return offset === "impossible" ? undefined : [offset];
  }
  const value = Number(number);
  return [3600, 60, 1, 0.001].map((unit) => unit * value).filter((offset) => Math.abs(offset) <= 18 * 3600);
}
