// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What logs of medicines write for a dose: taken, not taken, or not known. A row for each language; words are compared in
 * lower case without accents. A dose that was put off, that nobody answered for, or that an app confirmed on its own is neither taken nor missed.
 */
// cspell:disable
const WORDS: readonly { readonly taken: string; readonly not: string; readonly open: string }[] = [
  {
    taken:
      "taken,confirmed,yes,y,true,done,taken late,taken on time,taken early,administered,given,dispensed,✓,✔,✅",
    not: "skipped,missed,no,n,false,not taken,untaken,refused,declined,forgotten,not dispensed,❌,✗,✘",
    open: "snoozed,pending,planned,scheduled,postponed,rescheduled,unknown,not interacted,not logged,notification not sent,reminder,upcoming,auto confirmed",
  },
  {
    taken: "genommen,eingenommen,ja,bestatigt,verabreicht,erledigt",
    not: "nicht genommen,nicht eingenommen,ausgelassen,vergessen,verpasst,nein,ubersprungen,abgelehnt",
    open: "offen,geplant,verschoben,ausstehend,unbekannt",
  },
  {
    taken: "pris,prise,oui,confirme,confirmee,administre",
    not: "non pris,non prise,pas pris,manque,manquee,oublie,oubliee,non,ignore,ignoree,saute,sautee,refuse",
    open: "reporte,reportee,en attente,prevu,prevue",
  },
  {
    taken: "tomado,tomada,si,confirmado,confirmada,administrado",
    not: "no tomado,no tomada,omitido,omitida,olvidado,olvidada,saltado,saltada,perdido,perdida,rechazado",
    open: "pospuesto,pospuesta,pendiente,programado,programada",
  },
  {
    taken: "preso,presa,assunto,assunta,confermato,confermata",
    not: "non preso,non presa,non assunto,non assunta,saltato,saltata,dimenticato,dimenticata",
    open: "rimandato,rimandata,in attesa,programmato,programmata",
  },
  {
    taken: "ingenomen,bevestigd,toegediend",
    not: "niet ingenomen,overgeslagen,gemist,vergeten,nee,geweigerd",
    open: "uitgesteld,gepland,openstaand",
  },
];
// cspell:enable

export type Dose = "1" | "0" | "open";

const DOSES: ReadonlyMap<string, Dose> = new Map(
  WORDS.flatMap(({ taken, not, open }) => [
    ...taken.split(",").map((word): [string, Dose] => [word, "1"]),
    ...not.split(",").map((word): [string, Dose] => [word, "0"]),
    ...open.split(",").map((word): [string, Dose] => [word, "open"]),
  ]),
);

/** What a word of a log says about a dose; undefined for a word that is not known. */
export function doseOf(text: string): Dose | undefined {
  return DOSES.get(text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[_-]+/g, " ").trim().toLowerCase());
}
