// SPDX-License-Identifier: GPL-3.0-or-later
import { type Delimiter, type Row, shiftHint } from "./csv.ts";
import { titleWords } from "./titles.ts";

/** Titles of columns that hold texts: a number there, right after a whole number, is what follows a decimal comma. */
// cspell:disable
const TEXTS =
  /^((value|glucose|my) )?(units?|notes?|comments?|remarks?|text|description|device( (name|type|model|id))?|model|source( name)?|manufacturer|brand|app|meal|tags?|events?|status|einheit|bemerkung(en)?|kommentar|notiz(en)?|gerat|quelle|modell|unite|commentaires?|remarques?|appareil|unidad|nota|notas|comentarios?|dispositivo|unita|note|commenti?|eenheid|opmerking(en)?|apparaat|\w+ model)$/;
// cspell:enable
/** Units whose values have decimals in any longer table: whole numbers alone are the half before a comma. */
const WITH_DECIMALS: readonly string[] = ["mmol/L", "h"];
const SOME_ROWS = 6;

/**
 * Notices a decimal comma without quotes in a table with commas between its cells: 9,2 is two cells then, and what
 * follows moves to the right. Nothing shows that in a row whose last cells are empty or left out. What proves it is in
 * the rows together: the values are whole numbers, and the cell after each is digits
 *
 * - under a title for texts (a note, a device, a unit);
 * - although values in this unit have decimals; or
 * - in those rows alone that have more cells than the header.
 */
export class Shifts {
  readonly #value: number;
  readonly #width: number;
  readonly #delimiter: Delimiter;
  readonly #texts: boolean;
  readonly #decimals: boolean;
  #watched: boolean;
  #rows = 0;
  #followed = 0;
  /** Rows with more cells than the header: of those whose value is followed by digits, and of the others. */
  #wideFollowed = 0;
  #wideOthers = 0;
  #first: Error | undefined;

  /** @param value place of the column of values, whose UCUM unit is `unit` */
  constructor(titles: readonly string[], delimiter: Delimiter, value: number, unit: string) {
    this.#value = value;
    this.#width = titles.length;
    this.#delimiter = delimiter;
    this.#texts = TEXTS.test(titleWords(titles[value + 1] ?? ""));
    this.#decimals = WITH_DECIMALS.includes(unit);
    this.#watched = delimiter === "," && value + 1 < titles.length;
  }

  /** A row that has a value. */
  see(row: Row): void {
    if (!this.#watched) return;
    const { cells } = row;
    this.#rows += 1;
    const wide = cells.length > this.#width;
    const value = cells[this.#value]!.trim();
    const next = (cells[this.#value + 1] ?? "").trim();
    if (!WHOLE.test(value)) {
      // A decimal point, or a quoted comma. LOW and HIGH say nothing.
      if (/\d/.test(value)) this.#watched = false;
    } else if (DIGITS.test(next)) {
      this.#followed += 1;
      if (wide) this.#wideFollowed += 1;
      this.#first ??= row.bad(
        this.#value + 1,
        "the cell after a whole number has digits, as after a decimal comma without quotes",
        shiftHint(this.#delimiter),
      );
      return;
    } else if (next !== "" && this.#texts) this.#watched = false;
    if (wide) this.#wideOthers += 1;
  }

  /** @throws FILE_NOT_UNDERSTOOD with the place of the first row that is shifted, and what to do about it */
  check(): void {
    if (!this.#watched || this.#first === undefined) return;
    const halves = this.#decimals && this.#rows >= SOME_ROWS && 10 * this.#followed >= 9 * this.#rows;
    const uneven =
      this.#wideFollowed === this.#followed && this.#followed < this.#rows && this.#wideOthers === 0;
    if (this.#texts || halves || uneven) throw this.#first;
  }
}

const WHOLE = /^[+-]?\d+$/;
const DIGITS = /^\d{1,4}$/;
