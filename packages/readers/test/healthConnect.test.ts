// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlobWriter, Uint8ArrayReader, ZipWriter } from "@zip.js/zip.js/lib/zip-core-native.js";
import { expect } from "chai";
import { bytesInput, readFile } from "../src/index.ts";
import { databaseOf, HEALTH_CONNECT_SCHEMA } from "./healthConnectSupport.ts";
import { rejected } from "./support.ts";

const NOW = 1_790_000_000;
const START = 1_772_442_000;

const millis = (after: number): number => 1000 * (START + after);

describe("Health Connect", () => {
  const whole = databaseOf(`${HEALTH_CONNECT_SCHEMA}
    INSERT INTO heart_rate_record_table VALUES (7, x'00', 1, 1, 2, 0, 0, 0), (8, x'01', 2, 2, 3, 0, 0, 0);
    INSERT INTO heart_rate_record_series_table VALUES (7, 62, ${millis(60)}), (7, 61, ${millis(0)}), (8, 90, ${millis(30)});
    INSERT INTO oxygen_saturation_record_table VALUES (1, 1, 1, 2, ${millis(0)}, 96.5), (2, 1, 1, 2, NULL, 96);
    INSERT INTO blood_glucose_record_table VALUES (1, 2, 2, 1, ${millis(0)}, 5.55, 1), (2, 2, 2, 1, ${millis(900)}, 5.6, 2);
  `);

  it("samples of every app and device in order of time, from the database and from the archive", async () => {
    const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
    await writer.add("health_connect_export.db", new Uint8ArrayReader(new Uint8Array(whole)));
    const archive = new Uint8Array(await (await writer.close()).arrayBuffer());
    for (const bytes of [whole, archive]) {
      const { format, readings, report } = await readFile(bytesInput(bytes), { now: NOW });
      expect(format).to.equal("health-connect");
      const said = readings.map(({ metric, time, value, unit, source, origin }) =>
        [metric, time - START, value, unit, source, origin ?? "sensor"].join("|"),
      );
      const watch = "com.sec.android.app.shealth, samsung SM-R900";
      expect(said).to.deep.equal([
        `heart-rate|0|61|/min|${watch}|sensor`,
        `spo2|0|96.5|%|${watch}|sensor`,
        "glucose|0|5.55|mmol/L|com.example.diary|sensor",
        `heart-rate|60|62|/min|${watch}|sensor`,
      ]);
      expect(report.refused).to.deep.equal({ "no time": 1 });
    }
  });

  it("a version without the column for how a record was made", async () => {
    const old = databaseOf(`
      CREATE TABLE oxygen_saturation_record_table (row_id INTEGER PRIMARY KEY, time INTEGER, percentage REAL);
      INSERT INTO oxygen_saturation_record_table VALUES (1, ${millis(0)}, 96);
    `);
    const { readings } = await readFile(bytesInput(old), { now: NOW });
    expect(readings).to.deep.equal([{ metric: "spo2", time: START, value: "96", unit: "%" }]);
  });

  it("glucose by its specimen, and numbers that no double holds", async () => {
    const rows = [1, 2, 3, 5, 99].map(
      (specimen, i) => `(${i + 1}, 2, 2, 1, ${millis(900 * i)}, 5.${i + 1}, ${specimen})`,
    );
    const bytes = databaseOf(`${HEALTH_CONNECT_SCHEMA}
      INSERT INTO blood_glucose_record_table VALUES ${rows.join()}, (6, 2, 2, 1, 9007199254740993, 6, 1), (7, 2, 2, 1, ${millis(0)}, 'text', 1);`);
    const { readings, report } = await readFile(bytesInput(bytes), { now: NOW });
    expect(readings.map(({ value, origin }) => [value, origin])).to.deep.equal([["5.1", undefined]]);
    expect(report.refused).to.deep.equal({
      "specimen that is not known": 1,
      "no time": 1,
      "value is not a number": 1,
    });
    expect(report.skipped).to.deep.equal({
      "glucose in tears": 1,
      "meter next to a sensor": 1,
      "laboratory next to a sensor": 1,
    });
  });

  it("refuses another database and a damaged one, and leaves no copy behind", async () => {
    // A folder of its own: other processes have temporary files too.
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-test-"));
    const { TMPDIR } = process.env;
    const other = databaseOf("CREATE TABLE notes (text)");
    const column = databaseOf(
      "CREATE TABLE oxygen_saturation_record_table (row_id INTEGER PRIMARY KEY, time INTEGER, percent REAL)",
    );
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 100, 4096);
    const reasonOf = async (bytes: Uint8Array) =>
      (await rejected(readFile(bytesInput(bytes)))).details.reason;
    try {
      process.env.TMPDIR = folder;
      expect(await reasonOf(other)).to.contain("not one of Health Connect");
      expect(await reasonOf(column)).to.contain("no column percentage");
      expect(await reasonOf(damaged)).to.contain("damaged");
      expect(await reasonOf(whole.subarray(0, 2000))).to.contain("damaged");
      expect((await readFile(bytesInput(whole), { now: NOW })).readings).to.not.have.length(0);
      expect(readdirSync(folder)).to.deep.equal([]);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      rmSync(folder, { recursive: true });
    }
  });
});
