// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Row } from "./csv.ts";
import { plainTitle } from "./titles.ts";

/**
 * Columns that tell whose or what a row's value is, by their titles. If one varies, a file holds several series. Titles
 * are compared in lower case, without accents and with blanks for what separates words.
 *
 * Serial numbers of devices are not among them: sensors and transmitters are replaced every few days or months, so every
 * longer export of one person has several, and a question that is always answered with "all" protects nobody. Two devices
 * at the same time are found by their times (`Sources`).
 */
const KINDS: readonly { readonly what: string; readonly pattern: RegExp; readonly rows?: true }[] = [
  // A title that says no more than "ID" or "No." may number the rows.
  { what: "people", pattern: /^(id|no|nr)$/, rows: true },
  { what: "people", pattern: peoplePattern() },
  {
    what: "measures",
    pattern:
      /^(type|kind|param(eter)?|metric|measure(ment)?( ?type)?|variable|signal|vital( ?sign)?s?|units?|code|loinc|observation|test|analyte|channel|(sensor|data|record|reading) ?type|item)$/,
  },
  { what: "medicines", pattern: /^(medication|medicine|drug|pill|supplement)s?( name)?$/ },
  { what: "recordings", pattern: /^(trial|session|recording|run|visit)( ?(id|no|nr|number|name))?$/ },
];

/** English, German, French and Spanish words for a person of a table, alone or with a word for what names them. */
function peoplePattern(): RegExp {
  // cspell:disable
  const people = [
    "(patient|subject|person|participant|user|member|client|individual|case|study)s?|subj|pt|ppt",
    "(studien)?(patient|proband|teilnehmer|versuchsperson)( ?(en|in|innen))?s?|be?nutzer(in)?s?|versicherten?",
    "sujet|personne|utilisat(eur|rice)|participante?|membre|dossier",
    "paciente|sujeto|persona|usuari[oa]|individuo|expediente",
  ].join("|");
  const named =
    "ids?|no?|nr|num(ber|mer|ero)?|name|nom|nombre|code|codigo|key|kennung|kurzel|identifi(er|ant|cador)|pseudonym";
  const alone = [
    "id|u ?id|p ?id|s ?id|mrn|((first|last|given|family|full) ?)?name|surname|pseudonym|initials",
    "(vor|nach|familien)name|kennung|kurzel|fall ?(id|nr|nummer)",
    "nom|prenom|identifiant",
    "nhc|nombres?|apellidos?|identificador|historia clinica",
  ].join("|");
  // "Patient ID", "patientennummer", "ID Patient", "Numéro de patient".
  // cspell:enable
  return new RegExp(`^((${people})( ?(${named}))?|(${named}) ((de|del|du|des|der) )?(${people})|${alone})$`);
}

type Watched = {
  readonly index: number;
  readonly title: string;
  readonly what: string;
  readonly rows: boolean;
  last?: string;
  state: "new" | "same" | "rising";
};

/**
 * Watches the columns that nobody chose a row by: as soon as one of them says two things, the rows are not one series.
 * Whole numbers that rise from row to row number the rows and say nothing.
 */
export class Mixture {
  readonly #watched: Watched[];

  /**
   * @param chosen columns that the caller uses or selects by, by their places
   * @param named what a column "Name" names
   */
  constructor(titles: readonly string[], chosen: readonly number[], named = "people") {
    this.#watched = titles.flatMap((title, index) => {
      const kind = KINDS.find(({ pattern }) => pattern.test(plainTitle(title)));
      return kind === undefined || chosen.includes(index)
        ? []
        : [
            {
              index,
              title,
              what: plainTitle(title) === "name" ? named : kind.what,
              rows: kind.rows === true,
              state: "new",
            },
          ];
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
      else if (column.rows && state !== "same" && isAfter(text, last)) column.state = "rising";
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
        `Choose one: --where "${title}=VALUE". \`vitalproof inspect FILE --each "${title}"\` with the same options lists the values. ` +
        `If all rows belong together, say so: --where "${title}=*".`,
    },
  );
}
