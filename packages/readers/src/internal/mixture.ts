// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Row } from "./csv.ts";

/** Columns that tell whose or what a row's value is, by their titles. If one varies, a file holds several series. */
const KINDS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "people",
    pattern:
      /^(id|((patient|subject|person|participant|user|member|client|individual|case|study)s?)([ _.-]?(id|no|nr|number|name|code|key))?|mrn|name|pt[ _-]?id)$/i,
  },
  {
    what: "measures",
    pattern:
      /^(type|kind|param(eter)?|metric|measure(ment)?([ _-]?type)?|variable|signal|vital([ _-]?sign)?s?|units?|code|loinc|observation|test|analyte|channel|(sensor|data|record|reading)[ _-]?type|item)$/i,
  },
  { what: "recordings", pattern: /^(trial|session|recording|run|visit)([ _-]?(id|no|nr|number|name))?$/i },
];

type Watched = {
  readonly index: number;
  readonly title: string;
  readonly what: string;
  last?: string;
  state: "new" | "same" | "rising";
};

/**
 * Watches the columns that nobody chose a row by: as soon as one of them says two things, the rows are not one series.
 * Whole numbers that rise from row to row number the rows and say nothing.
 */
export class Mixture {
  readonly #watched: Watched[];

  /** @param chosen columns that the caller uses or selects by, by their places */
  constructor(titles: readonly string[], chosen: readonly number[]) {
    this.#watched = titles.flatMap((title, index) => {
      const kind = KINDS.find(({ pattern }) => pattern.test(title));
      return kind === undefined || chosen.includes(index)
        ? []
        : [{ index, title, what: kind.what, state: "new" }];
    });
  }

  /** @throws SELECTION_REQUIRED naming the column, never its values */
  see({ cells }: Row): void {
    for (const column of this.#watched) {
      const text = (cells[column.index] ?? "").trim();
      if (text === "") continue;
      const { last, state } = column;
      column.last = text;
      if (last === undefined) continue;
      if (text === last && state !== "rising") column.state = "same";
      else if (state !== "same" && isAfter(text, last)) column.state = "rising";
      else throw severalOf(column);
    }
  }
}

function isAfter(text: string, before: string): boolean {
  return /^\d{1,15}$/.test(text) && /^\d{1,15}$/.test(before) && Number(text) > Number(before);
}

function severalOf({ title, what }: Watched): VitalproofError {
  return new VitalproofError(
    "SELECTION_REQUIRED",
    `The file holds several ${what}: its column "${title}" has more than one value.`,
    {
      details: { column: title, what },
      hint:
        `Choose one: --where "${title}=VALUE". \`vitalproof inspect FILE --each "${title}"\` lists the values. ` +
        `If all rows belong together, say so: --where "${title}=*".`,
    },
  );
}
