// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Names of the months by language, January first, as tables write them: in full and as CLDR abbreviates them. They are
 * compared without accents and final points, and no name means different months in two of the languages.
 */
// cspell:disable
const NAMES: Readonly<Record<string, readonly string[]>> = {
  en: [
    "january jan",
    "february feb",
    "march mar",
    "april apr",
    "may",
    "june jun",
    "july jul",
    "august aug",
    "september sep sept",
    "october oct",
    "november nov",
    "december dec",
  ],
  de: ["januar", "februar", "marz mrz", "", "mai", "juni", "juli", "", "", "oktober okt", "", "dezember dez"],
  fr: [
    "janvier janv",
    "fevrier fevr fev",
    "mars",
    "avril avr",
    "mai",
    "juin",
    "juillet juil",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
  ],
  es: [
    "enero ene",
    "febrero",
    "marzo",
    "abril abr",
    "mayo",
    "junio",
    "julio",
    "agosto ago",
    "septiembre setiembre",
    "octubre",
    "noviembre",
    "diciembre dic",
  ],
  it: [
    "gennaio gen",
    "febbraio",
    "marzo",
    "aprile",
    "maggio mag",
    "giugno giu",
    "luglio lug",
    "agosto ago",
    "settembre set sett",
    "ottobre ott",
    "novembre",
    "dicembre dic",
  ],
  nl: ["januari", "februari", "maart mrt", "", "mei", "juni", "juli", "augustus", "", "oktober okt", "", ""],
};
// cspell:enable

const MONTHS: ReadonlyMap<string, number> = new Map(
  Object.values(NAMES).flatMap((months) =>
    months.flatMap((names, i) => names.split(" ").map((name): [string, number] => [name, i + 1])),
  ),
);

/** A month's number, 1 to 12, by its name. */
export function monthOf(name: string): number | undefined {
  const plain = name
    .normalize("NFD")
    .replace(/\p{M}|\./gu, "")
    .toLowerCase();
  return plain === "" ? undefined : MONTHS.get(plain);
}
