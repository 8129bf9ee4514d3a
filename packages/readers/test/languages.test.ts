// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { detectFormat, type ReadOptions, readFile, textInput } from "../src/index.ts";
import { rejected } from "./support.ts";

const ZONE = "Europe/Berlin";
const read = (text: string, options: ReadOptions = {}) =>
  readFile(textInput(text), { zone: ZONE, ...options });

// cspell:disable
/** The first eight titles of an export, its delimiter, and a low value as the language says it. */
const CLARITY: Readonly<Record<string, { titles: string[]; delimiter: string; word: string; low: string }>> =
  {
    English: {
      titles: [
        "Index",
        "Timestamp (YYYY-MM-DDThh:mm:ss)",
        "Event Type",
        "Event Subtype",
        "Patient Info",
        "Device Info",
        "Source Device ID",
        "Glucose Value (mmol/L)",
      ],
      delimiter: ",",
      word: "EGV",
      low: "Low",
    },
    German: {
      titles: [
        "Index",
        "Zeitstempel (JJJJ-MM-TTThh:mm:ss)",
        "Ereignistyp",
        "Ereignissubtyp",
        "Patienteninformation",
        "Geräteinformationen",
        "Quellengerät-ID",
        "Glukosewert (mmol/l)",
      ],
      delimiter: ";",
      word: "EGV",
      low: "Niedrig",
    },
    Spanish: {
      titles: [
        "Índice",
        "Marca temporal (AAAA-MM-DDThh:mm:ss)",
        "Tipo de evento",
        "b",
        "c",
        "d",
        "e",
        "Nivel de glucosa (mmol/l)",
      ],
      delimiter: ";",
      word: "Niveles estimados de glucosa",
      low: "Bajo",
    },
    Italian: {
      titles: [
        "Indice",
        "Data e ora (AAAA-MM-GGThh:mm:ss)",
        "Tipo di evento",
        "Sottotipo di evento",
        "c",
        "d",
        "e",
        "Valore del glucosio (mmol/L)",
      ],
      delimiter: ";",
      word: "EGV",
      low: "Basso",
    },
    French: {
      titles: ["Index", "x (AAAA-MM-JJThh:mm:ss)", "a", "b", "c", "d", "e", "Glycémie (mmol/L)"],
      delimiter: ";",
      word: "EGV",
      low: "Bas",
    },
    Dutch: {
      titles: ["Index", "x (JJJJ-MM-DDTuu:mm:ss)", "a", "b", "c", "d", "e", "Glucose (mmol/L)"],
      delimiter: ";",
      word: "EGV",
      low: "Laag",
    },
  };

const LIBRE: Readonly<Record<string, readonly string[]>> = {
  English: ["Device", "Serial Number", "Device Timestamp", "Record Type", "Historic Glucose mg/dL"],
  German: ["Gerät", "Seriennummer", "Gerätezeitstempel", "Aufzeichnungstyp", "Glukosewert-Verlauf mg/dL"],
  French: [
    "Appareil",
    "Numéro de série",
    "Horodatage de l’appareil",
    "Type d'enregistrement",
    "Historique de la glycémie mg/dL",
  ],
  Spanish: [
    "Dispositivo",
    "Número de serie",
    "Sello de tiempo del dispositivo",
    "Tipo de registro",
    "Historial de glucosa mg/dL",
  ],
  Italian: [
    "Dispositivo",
    "Numero di serie",
    "Timestamp del dispositivo",
    "Tipo di registrazione",
    "Storico del glucosio mg/dL",
  ],
  Dutch: ["Apparaat", "Serienummer", "Tijdstempel apparaat", "Gegevenstype", "Historische glucose mg/dl"],
};
// cspell:enable

function clarity(language: string, word = CLARITY[language]!.word): string {
  const { titles, delimiter, low } = CLARITY[language]!;
  const row = (time: string, event: string, value: string): string =>
    ["1", time, event, "", "", "", "iOS G7", value].map((cell) => `"${cell}"`).join(delimiter);
  return [
    titles.map((title) => `"${title}"`).join(delimiter),
    row("", "?", "8,9"),
    row("2026-01-01T00:04:45", word, "5,6"),
    row("2026-01-01T00:09:45", word, low),
    "",
  ].join("\r\n");
}

describe("Clarity in the language of its account", () => {
  for (const language of Object.keys(CLARITY)) {
    it(`${language}: recognised without naming columns`, async () => {
      const text = clarity(language);
      expect((await detectFormat(textInput(text))).name).to.equal("dexcom-clarity");
      const { readings, report } = await read(text);
      const [first, second] = [1, 2].map((i) => Date.UTC(2025, 11, 31, 23, 5 * i - 1, 45) / 1000);
      const { sources } = report;
      expect(readings).to.deep.equal([
        { metric: "glucose", time: first, value: "5.6", unit: "mmol/L", source: "iOS G7" },
        { metric: "glucose", time: second, value: "LOW", unit: "mmol/L", source: "iOS G7" },
      ]);
      expect(report).to.deep.include({ taken: 2, low: 1, skipped: { other: 1 } });
      expect(sources?.[0]?.sources[0]?.name).to.equal("iOS G7");
    });
  }

  it("a word for values that is not known is asked for, and can be named", async () => {
    const text = clarity("French", "Glucose estimée");
    const error = await rejected(read(text));
    expect(error.code).to.equal("SELECTION_REQUIRED");
    expect(error.hint).to.contain('--where "a=WORD"');
    expect(error.message).to.not.contain("estimée");
    expect((await read(text, { where: { a: "Glucose estimée" } })).report.taken).to.equal(2);
  });

  it("no other event becomes a reading by being chosen", async () => {
    const { report } = await read(clarity("English", "Calibration"), {
      where: { "Event Type": "Calibration" },
    });
    expect(report).to.deep.include({ taken: 0, skipped: { "other rows": 1, Calibration: 2 } });
  });

  it("naming its own columns keeps its words, its source and its other rows", async () => {
    const text = clarity("German");
    const titles = CLARITY.German!.titles;
    const columns = { time: titles[1]!, value: titles[7]!, unit: "mmol/l" };
    const named = await read(text, { columns });
    expect(named.format).to.equal("dexcom-clarity");
    expect(named).to.deep.equal(await read(text));
    expect((await read(text, { columns: { ...columns, time: "#2", value: "#8" } })).format).to.equal(
      "dexcom-clarity",
    );
    const wrong = await rejected(read(text, { columns: { ...columns, unit: "mg/dL" } }));
    expect(wrong.code).to.equal("INVALID_ARGUMENT");
    expect(wrong.hint).to.contain("--unit mmol/L");
  });

  it("a table that only looks like it is not taken for it", async () => {
    for (const header of [
      "Timestamp (YYYY-MM-DDThh:mm:ss),Glucose Value (mg/dL)",
      "Index,Zeitstempel (JJJJ-MM-TT),Ereignisart,Glukosewert (mg/dL)",
      "a,b (YYYY-MM-DDThh:mm:ss),c,d,e,f,g,Rate (mg/dL/min)",
    ]) {
      const row = header.replace(/[^,]+/g, "1");
      expect((await detectFormat(textInput(`${header}\n${row}\n`))).name, header).to.equal("generic-csv");
    }
  });
});

describe("LibreView in the language of its account", () => {
  const rest = ["Scan mg/dL", ...new Array<string>(8).fill("x"), "Strip mg/dL", "Keton mmol/L"];
  const file = (titles: readonly string[]): string =>
    [
      "a,b,c",
      titles.join(","),
      "FreeStyle LibreLink,A1,18-02-2021 10:57,0,95,",
      "FreeStyle LibreLink,A1,18-02-2021 10:58,1,,104",
    ].join("\n");

  for (const [language, titles] of Object.entries(LIBRE)) {
    it(`${language}: recognised without naming columns`, async () => {
      const { format, readings, report } = await read(file([...titles, ...rest]));
      expect(format).to.equal("freestyle-libre");
      expect(readings).to.deep.equal([
        {
          metric: "glucose",
          time: Date.UTC(2021, 1, 18, 9, 57) / 1000,
          value: "95",
          unit: "mg/dL",
          source: "FreeStyle LibreLink A1",
        },
      ]);
      expect(report).to.deep.include({ taken: 1, skipped: { header: 1, scan: 1 } });
      expect(report.sources?.[0]?.sources[0]?.name).to.equal("FreeStyle LibreLink A1");
    });
  }

  it("another language is known by the places of its units, and nothing less is", async () => {
    const other = ["a", "b", "c", "d", "Glukoshistorik mg/dL"];
    expect((await read(file([...other, ...rest]))).format).to.equal("freestyle-libre");
    const mixed = [...other, "Scan mmol/L", ...rest.slice(1)];
    for (const titles of [other, [...other, "Scan mg/dL"], mixed]) {
      expect((await detectFormat(textInput(file(titles)))).name).to.equal("generic-csv");
    }
  });
});
