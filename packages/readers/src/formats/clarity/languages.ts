// SPDX-License-Identifier: GPL-3.0-or-later

/** Columns of a Clarity export that its titles alone name; those of time and value carry their form and unit. */
export type ClarityColumn = "event" | "source" | "transmitterTime" | "transmitter";

type Language = {
  readonly language: string;
  readonly titles: Partial<Record<ClarityColumn, readonly string[]>>;
  /** What rows with values of the sensor are called. */
  readonly readings: readonly string[];
  /** Other rows, by what they are counted as. */
  readonly events: Readonly<Record<string, string>>;
};

// cspell:disable
/** Clarity in the languages of its accounts. docs/formats/cgm.md says what each row was checked against. */
const LANGUAGES: readonly Language[] = [
  {
    language: "English",
    titles: {
      event: ["Event Type"],
      source: ["Source Device ID"],
      transmitterTime: ["Transmitter Time (Long Integer)"],
      transmitter: ["Transmitter ID"],
    },
    readings: ["EGV"],
    events: {
      FirstName: "FirstName",
      LastName: "LastName",
      DateOfBirth: "DateOfBirth",
      Device: "Device",
      Sensor: "Sensor",
      Alert: "Alert",
      Calibration: "Calibration",
      Insulin: "Insulin",
      Carbs: "Carbs",
      Exercise: "Exercise",
      Health: "Health",
      Note: "Note",
      Notes: "Notes",
    },
  },
  {
    language: "German",
    titles: {
      event: ["Ereignisart", "Ereignistyp"],
      source: ["Quellengerät-ID"],
      transmitterTime: ["Transmitterzeit (Lange Ganzzahl)"],
      transmitter: ["Transmitter-ID"],
    },
    readings: ["EGV", "EGW"],
    events: {
      Vorname: "FirstName",
      Nachname: "LastName",
      Geburtsdatum: "DateOfBirth",
      Gerät: "Device",
      Warnung: "Alert",
      Kalibrierung: "Calibration",
      Kohlenhydrate: "Carbs",
    },
  },
  {
    language: "Spanish",
    titles: { event: ["Tipo de evento"] },
    readings: ["EGV", "Niveles estimados de glucosa"],
    events: {
      Nombre: "FirstName",
      Apellidos: "LastName",
      "Fecha de nacimiento": "DateOfBirth",
      Calibración: "Calibration",
    },
  },
  {
    language: "Italian",
    titles: { event: ["Tipo di evento"], transmitter: ["ID trasmettitore"] },
    readings: ["EGV"],
    events: {
      Nome: "FirstName",
      Cognome: "LastName",
      "Data di nascita": "DateOfBirth",
      Calibrazione: "Calibration",
    },
  },
  // French and Dutch: no export was found. Columns are known by their places, values by "EGV" or the caller's word.
  {
    language: "French",
    titles: {},
    readings: ["EGV"],
    events: {
      Prénom: "FirstName",
      Nom: "LastName",
      "Date de naissance": "DateOfBirth",
      Étalonnage: "Calibration",
    },
  },
  {
    language: "Dutch",
    titles: {},
    readings: ["EGV"],
    events: {
      Voornaam: "FirstName",
      Achternaam: "LastName",
      Geboortedatum: "DateOfBirth",
      Kalibratie: "Calibration",
    },
  },
];
// cspell:enable

const titlesOf = (column: ClarityColumn): string[] => LANGUAGES.flatMap(({ titles }) => titles[column] ?? []);

/** Titles of each column, in every language. */
export const TITLES: Readonly<Record<ClarityColumn, readonly string[]>> = {
  event: titlesOf("event"),
  source: titlesOf("source"),
  transmitterTime: titlesOf("transmitterTime"),
  transmitter: titlesOf("transmitter"),
};

export const READING_WORDS: ReadonlySet<string> = new Set(LANGUAGES.flatMap(({ readings }) => readings));

/** What rows besides readings are counted as, by their word; anything else is "other". */
export const EVENTS: ReadonlyMap<string, string> = new Map(
  LANGUAGES.flatMap(({ events }) => Object.entries(events)),
);
