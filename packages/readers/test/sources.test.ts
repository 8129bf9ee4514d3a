// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { type ReadOptions, readFile, textInput } from "../src/index.ts";
import { rejected } from "./support.ts";

const START = Date.parse("2026-03-02T00:00:00Z") / 1000;
const COLUMNS = { time: "time", value: "value", unit: "mg/dL" };
type Line = readonly [label: string, seconds: number];

/** A column whose title says nothing, times and values that differ from row to row. */
function table(lines: readonly Line[], title = "x"): string {
  const rows = lines.map(([label, seconds], i) => `${label},${START + seconds},${80 + (i % 97)}`);
  return [`${title},time,value`, ...rows, ""].join("\n");
}

const lines = (count: number, line: (i: number) => Line): Line[] =>
  Array.from({ length: count }, (_, i) => line(i));
const read = (text: string, options: ReadOptions = {}) =>
  readFile(textInput(text), { columns: COLUMNS, now: START + 400 * 86_400, ...options });
/** Numbers below 1 that look random and are the same in each run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

describe("several sources that no title tells", () => {
  const several: Record<string, Line[]> = {
    "one person after the other, over the same day": [
      ...lines(144, (i) => ["1", 300 * i]),
      ...lines(288, (i) => ["2", 300 * i + 40]),
    ],
    "one after the other, three readings a day": [
      ...lines(21, (i) => ["a", 28_800 * i]),
      ...lines(21, (i) => ["b", 28_800 * i + 3600]),
    ],
    "sorted by time, at the same instants": lines(288, (i) => [i % 2 === 0 ? "a" : "b", 300 * (i >> 1)]),
    "sorted by time, two minutes apart": lines(288, (i) => [
      i % 2 === 0 ? "a" : "b",
      300 * (i >> 1) + (i % 2) * 130,
    ]),
    "three people": lines(300, (i) => ["abc"[i % 3]!, 300 * Math.floor(i / 3) + 70 * (i % 3)]),
    "every 5 minutes and every 15 minutes": lines(400, (i) => [
      i % 4 === 3 ? "b" : "a",
      300 * (i - (i >> 2)) - (i % 4 === 3 ? 100 : 0),
    ]),
    "two days a week in between that only one has": lines(2000, (i) => [
      i % 2 === 0 || i > 1400 ? "a" : "b",
      i > 1400 ? 300 * (i - 700) : 300 * (i >> 1) + (i % 2) * 40,
    ]),
  };
  for (const [what, rows] of Object.entries(several)) {
    it(what, async () => {
      const error = await rejected(read(table(rows)));
      expect(error.code).to.equal("SELECTION_REQUIRED");
      expect(error.details).to.deep.equal({ column: "x", what: "sources" });
      expect(error.hint).to.contain('--where "x=VALUE"').and.to.contain('--where "x=*"');
      const [first] = rows[0]!;
      const { readings } = await read(table(rows), { where: { x: first } });
      expect(readings).to.have.length(rows.filter(([label]) => label === first).length);
      expect((await read(table(rows), { where: { x: "*" } })).report.entries).to.equal(rows.length);
    });
  }

  it("a long file is looked at throughout, without keeping it", async () => {
    // 120,000 rows. Only the last third has two people.
    const rows = lines(120_000, (i) =>
      i < 80_000 ? ["a", 300 * i] : [i % 2 === 0 ? "a" : "b", 300 * (40_000 + (i >> 1)) + (i % 2) * 130],
    );
    const error = await rejected(read(table(rows), { now: START + 4000 * 86_400 }));
    expect(error.details.what).to.equal("sources");
  });
});

describe("columns of one source are not asked about", () => {
  const random = noise(7);
  const pick = (labels: readonly string[]): string => labels[Math.floor(random() * labels.length)]!;
  const one: Record<string, Line[]> = {
    "trend arrows": lines(3000, (i) => [
      pick(["Flat", "Flat", "Flat", "FortyFiveUp", "SingleDown"]),
      300 * i,
    ]),
    "event types at random": lines(3000, (i) => [pick(["a", "b"]), 300 * i + Math.floor(4 * random())]),
    "meal flags": lines(300, (i) => [i % 2 === 0 ? "before" : "after", 43_200 * (i >> 1) + (i % 2) * 7200]),
    "historic values and scans": lines(2000, (i) => ["historic", 900 * i])
      .flatMap((row, i): Line[] => [row, ["scan", 900 * i + 1 + Math.floor(899 * random())]])
      .filter(([label]) => label === "historic" || random() < 0.1),
    "a pulse next to the value": lines(3000, (i) => [
      String(60 + Math.round(5 * Math.sin(i / 20) + random())),
      i,
    ]),
    "the minute": lines(3000, (i) => [String((5 * i) % 60), 300 * i]),
    "the hour": lines(3000, (i) => [String(Math.floor(i / 12) % 24), 300 * i]),
    "sensors that follow each other": lines(3000, (i) => [String(Math.floor(i / 1000)), 300 * i]),
    "sensors that follow each other, newest first": lines(3000, (i) => [
      String(Math.floor(i / 1000)),
      300 * (3000 - i),
    ]),
    "row numbers": lines(3000, (i) => [String(i), 300 * i]),
    "notes now and then": lines(600, (i) => [i % 50 === 0 ? `note ${i % 3}` : "", 300 * i]),
  };
  for (const [what, rows] of Object.entries(one)) {
    it(what, async () => {
      const { report } = await read(table(rows));
      expect(report.entries).to.equal(rows.length);
      expect(report.taken).to.equal(rows.length);
    });
  }
});

describe("titles of columns that name people", () => {
  // cspell:disable
  const PEOPLE =
    "pid|PID|Studienteilnehmer|Studienteilnehmer-ID|Proband|Probandennummer|Probanden-Nr.|Probandin|Teilnehmer|" +
    "TeilnehmerInnen|Patient:in|Patienten-ID|Versuchsperson|Vorname|First Name|Nachname|prénom|Nom du patient|ID patient|" +
    "Numéro de patient|N° patient|Identifiant|sujet|utilisateur|paciente|Nombre del paciente|Código de paciente|usuario|" +
    "Apellidos|Benutzername|subjectid|subj_id|PtID|Fallnummer|userId|MRN|Kürzel";
  const OTHERS =
    "Seriennummer|Serial Number|device_id|Transmitter ID|Event Type|Trend|Notes|Index|Source Device ID|valid|hour|fall";
  // cspell:enable
  // Too few rows for times to tell anything.
  const few: Line[] = [
    ["7a", 0],
    ["7a", 300],
    ["9b", 600],
  ];
  for (const title of PEOPLE.split("|")) {
    it(`"${title}" is asked about`, async () => {
      const error = await rejected(read(table(few, title)));
      expect(error.details).to.deep.equal({ column: title, what: "people" });
    });
  }
  for (const title of OTHERS.split("|")) {
    it(`"${title}" is not`, async () => {
      expect((await read(table(few, title))).report.taken).to.equal(3);
    });
  }
});
