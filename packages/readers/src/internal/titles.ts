// SPDX-License-Identifier: GPL-3.0-or-later

const UNIT = /[\s(]\(?\s*(mg|mmol)\s*\/\s*(dl|l)\s*\)?$/i;

/** The unit of glucose at the end of a title, in any case and spacing: "Glukosewert (mmol/l)", "Historic Glucose mg/dL". */
export function titleUnit(title: string): "mg/dL" | "mmol/L" | undefined {
  const match = UNIT.exec(title);
  if (match === null) return undefined;
  const unit = `${match[1]}/${match[2]}`.toLowerCase();
  return unit === "mg/dl" ? "mg/dL" : unit === "mmol/l" ? "mmol/L" : undefined;
}

/** A title without its unit, in lower case and with one kind of apostrophe, to be looked up in a table of titles. */
export function titleName(title: string): string {
  return title.replace(UNIT, "").trim().toLowerCase().replaceAll("’", "'");
}

/** A column's title in lower case, without accents and with blanks for what separates words. */
export function plainTitle(title: string): string {
  return title
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** As `plainTitle`, with the words of "cgmModel" and "glucoseUnit" apart. */
export function titleWords(title: string): string {
  return plainTitle(title.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2"));
}
