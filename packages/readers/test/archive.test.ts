// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import { BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js/lib/zip-core-native.js";
import { expect } from "chai";
import { bytesInput, type FileInput, fileInput, inspectFile, labelsOf, readFile } from "../src/index.ts";
import { appleExport, appleRecord } from "./appleHealthSupport.ts";
import { random } from "./fuzzSupport.ts";
import { rejected } from "./support.ts";

const NOW = 1_767_225_600;
const apple = (...values: string[]) =>
  appleExport(
    ...values.map((value, i) =>
      appleRecord({
        type: "HeartRate",
        unit: "count/min",
        value,
        startDate: `2022-11-18 08:0${i}:00 +0100`,
      }),
    ),
  );

async function zipOf(entries: Readonly<Record<string, string>>, options: object = {}): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const [name, text] of Object.entries(entries)) await writer.add(name, new TextReader(text));
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

describe("zip archives", () => {
  it("reads the only entry that can be read, from memory and from disk", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-"));
    try {
      const bytes = await zipOf({
        "apple_health_export/export_cda.xml": "<ClinicalDocument/>",
        "apple_health_export/export.xml": apple("60", "61"),
        "apple_health_export/workout-routes/route.gpx": '<gpx creator="Watch"><trk/></gpx>',
        "apple_health_export/picture": "\u0000\u0001",
        "__MACOSX/._export.xml": apple("99"),
      });
      const path = join(folder, "export.zip");
      writeFileSync(path, bytes);
      for (const input of [bytesInput(bytes), fileInput(path)]) {
        const { format, readings } = await readFile(input);
        expect(format).to.equal("apple-health");
        expect(readings.map(({ value }) => value)).to.deep.equal(["60", "61"]);
      }
      expect((await inspectFile(fileInput(path))).report.taken).to.equal(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("asks which entry is meant where several can be read, and lists them", async () => {
    const bytes = await zipOf({ "a/one.xml": apple("60"), "a/two.xml": apple("70"), "t.csv": "a,b\n1,2\n" });
    const error = await rejected(readFile(bytesInput(bytes)));
    expect(error.code).to.equal("SELECTION_REQUIRED");
    expect(error.hint)
      .to.contain('"a/one.xml" (apple-health), "a/two.xml" (apple-health)')
      .and.not.contain("t.csv");
    const { readings } = await readFile(bytesInput(bytes), { entry: "a/two.xml" });
    expect(readings.map(({ value }) => value)).to.deep.equal(["70"]);
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i}.xml`, apple("60")]));
    expect((await rejected(readFile(bytesInput(await zipOf(many))))).hint).to.contain("and 2 more");
  });

  it("a table in an archive: by its columns, and what there is to choose from", async () => {
    const bytes = await zipOf({ "t.csv": "t,v,who\n1700000000,100,a\n1700000300,101,b\n", "x.txt": "" });
    const columns = { time: "t", value: "v", unit: "mg/dL", where: { who: "a" } };
    expect((await readFile(bytesInput(bytes), { columns, now: NOW })).readings).to.have.length(1);
    expect(await labelsOf(bytesInput(bytes), "who")).to.deep.equal(["a", "b"]);
    expect(await labelsOf(bytesInput(bytes), "who", "t.csv")).to.deep.equal(["a", "b"]);
  });

  it("refuses names that are not there, archives without anything to read, and office documents", async () => {
    const codeOf = async (bytes: Uint8Array, entry?: string) =>
      (await rejected(readFile(bytesInput(bytes), entry === undefined ? {} : { entry }))).code;
    const one = await zipOf({ "one.xml": apple("60") });
    expect(await codeOf(one, "two.xml")).to.equal("INVALID_ARGUMENT");
    expect(await codeOf(new TextEncoder().encode(apple("60")), "one.xml")).to.equal("INVALID_ARGUMENT");
    expect(await codeOf(await zipOf({ "a.txt": "<x/>" }))).to.equal("FILE_NOT_UNDERSTOOD");
    const nested = await rejected(readFile(bytesInput(await zipOf({ "inner.zip": "PK\u0003\u0004" }))));
    expect(nested.hint).to.contain("Unpack it");
    const sheet = await rejected(readFile(bytesInput(await zipOf({ "[Content_Types].xml": "<Types/>" }))));
    expect(sheet.hint).to.contain("CSV");
    const secret = await zipOf({ "one.xml": apple("60") }, { password: "secret", encryptionStrength: 3 });
    for (const options of [{ entry: "one.xml" }, {}]) {
      const locked = await rejected(readFile(bytesInput(secret), options));
      expect(locked.details.reason).to.contain("encrypted");
    }
  });

  it("a changed byte of an entry is noticed by its check sum, and a cut archive by its end", async () => {
    const bytes = await zipOf({ "one.xml": apple("60", "61", "62") }, { level: 0 });
    const changed = Uint8Array.from(bytes);
    const at = Buffer.from(bytes).indexOf('value="61"') + 7;
    changed[at] = "9".charCodeAt(0);
    const error = await rejected(readFile(bytesInput(changed)));
    expect(error.details.reason).to.contain("damaged");
    expect((await rejected(readFile(bytesInput(bytes.slice(0, -30))))).details.reason).to.contain("damaged");
  });

  it("stops where it is told to", async () => {
    const bytes = await zipOf({ "one.xml": apple(...Array.from({ length: 10 }, () => "60")) });
    const abort = new AbortController();
    abort.abort();
    const error = await rejected(readFile(bytesInput(bytes), { signal: abort.signal }));
    expect(error.code).to.equal("ABORTED");
    const failing: FileInput = {
      async *stream() {
        yield bytes.slice(0, 100);
        throw new VitalproofError("FILE_UNREADABLE", "The file cannot be read.");
      },
      text: () => Promise.reject(new Error("text")),
    };
    expect((await rejected(readFile(failing))).code).to.equal("FILE_UNREADABLE");
  });

  it("changed archives give readings or an error of ours", async function () {
    this.timeout(600_000);
    const bytes = await zipOf({ "a.xml": apple("60", "61"), "b.txt": "nothing" });
    const { mutate } = random("zip");
    const times = process.env.LONG === "1" ? 10_000 : 300;
    for (let i = 0; i < times; i++) {
      const changed = mutate(bytes);
      try {
        await readFile(bytesInput(changed), { now: NOW });
      } catch (error) {
        if (!(error instanceof VitalproofError)) {
          throw new Error(`another error over ${Buffer.from(changed).toString("base64")}`, { cause: error });
        }
      }
    }
  });
});
