// SPDX-License-Identifier: GPL-3.0-or-later

/** Languages of exports. No name means different months in two of them; British English abbreviates "Sept". */
const LANGUAGES = ["en", "en-GB", "de", "fr", "es", "it", "nl"];

// cspell:disable
/** What spreadsheets and people write, and CLDR does not. */
const OTHERS: readonly [string, number][] = [
  ["mrz", 3],
  ["fev", 2],
  ["setiembre", 9],
  ["sett", 9],
];
// cspell:enable

/** Names and abbreviations of the months as CLDR has them, which the engine brings along. */
const MONTHS: ReadonlyMap<string, number> = new Map([
  ...OTHERS,
  ...LANGUAGES.flatMap((language) =>
    (["long", "short"] as const).flatMap((month) => {
      const format = new Intl.DateTimeFormat(language, { month, timeZone: "UTC" });
      return Array.from({ length: 12 }, (_, i): [string, number] => [
        plain(format.format(Date.UTC(2000, i))),
        i + 1,
      ]);
    }),
  ),
]);

/** Names and abbreviations of the days of the week, as CLDR has them. */
const WEEKDAYS: ReadonlySet<string> = new Set(
  LANGUAGES.flatMap((language) =>
    (["long", "short"] as const).flatMap((weekday) => {
      const format = new Intl.DateTimeFormat(language, { weekday, timeZone: "UTC" });
      return Array.from({ length: 7 }, (_, i) => plain(format.format(Date.UTC(2000, 0, 1 + i))));
    }),
  ),
);

/** Whether a word names a day of the week in one of the languages. */
export function isWeekday(name: string): boolean {
  return WEEKDAYS.has(plain(name));
}

/** A month's number, 1 to 12, by its name in one of the languages, in full or abbreviated. */
export function monthOf(name: string): number | undefined {
  return MONTHS.get(plain(name));
}

/** In lower case, without accents and final points. */
function plain(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}|\./gu, "")
    .toLowerCase();
}
