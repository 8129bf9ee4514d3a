// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { bytesInput, detectFormat, fileInput, readFile, textInput } from "../src/index.ts";
import { firstInvalid } from "../src/internal/utf8.ts";
import { COLUMNS } from "./csvSupport.ts";
import { rejected } from "./support.ts";

describe("input", () => {
  const utf16 = (text: string, big: boolean): Uint8Array => {
    const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
    return big ? bytes.swap16() : bytes;
  };

  it("UTF-8 with and without byte order mark and UTF-16 in both orders give the same text", async () => {
    const text = "Zeit,Wert\n2026-01-01T00:00:00Z,100 ≥ 😀\n";
    const inputs = [
      new TextEncoder().encode(text),
      new TextEncoder().encode(`\uFEFF${text}`),
      utf16(text, false),
      utf16(text, true),
    ];
    for (const bytes of inputs) expect(await bytesInput(bytes).text()).to.equal(text);
  });

  it("characters that lie across the borders of pieces stay whole", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom("utf8", "le", "be"),
        async (text, size, encoding) => {
          const clean = text.replaceAll("\0", "").replace(/^\uFEFF/, "");
          const bytes =
            encoding === "utf8" ? new TextEncoder().encode(clean) : utf16(clean, encoding === "be");
          const input = bytesInput(bytes);
          const pieces = {
            ...input,
            async *stream() {
              for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
            },
          };
          const parts: string[] = [];
          const { decoded } = await import("../src/input.ts");
          for await (const part of decoded(pieces)) parts.push(part);
          expect(parts.join("")).to.equal(clean);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("bytes that are no text are refused with byte, line and column", async () => {
    const bad: [Uint8Array, { byte: number; line: number; column: number }][] = [
      [Buffer.from('{"a":"Grö"}', "latin1"), { byte: 8, line: 1, column: 9 }],
      [Buffer.from("Grö", "latin1"), { byte: 2, line: 1, column: 3 }],
      [Buffer.from("time,value\nGrö\u0001", "latin1"), { byte: 13, line: 2, column: 3 }],
      [Buffer.from("time,value\nGr\u0081", "latin1"), { byte: 13, line: 2, column: 3 }],
      [Buffer.concat([Buffer.from("ä,"), Buffer.from("ö", "latin1")]), { byte: 3, line: 1, column: 3 }],
      [
        Buffer.from(`time,ö\n${"1,2\n".repeat(50_000)}\u0001`, "latin1"),
        { byte: 200_007, line: 50_002, column: 1 },
      ],
      [Buffer.concat([Buffer.from("\uFEFFab\n"), Buffer.from([0xc3])]), { byte: 6, line: 2, column: 1 }],
      [Buffer.from([0x61, 0xed, 0xa0, 0x80]), { byte: 1, line: 1, column: 2 }],
      [Buffer.from("a\nb\0c"), { byte: 3, line: 2, column: 2 }],
      [Buffer.from("time,value\n1,2", "utf16le"), { byte: 1, line: 1, column: 2 }],
      [Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x00, 0xdc, 0x62, 0x00]), { byte: 4, line: 1, column: 2 }],
      [
        Buffer.concat([Buffer.from("x\n".repeat(50_000)), Buffer.from([0x78, 0xff])]),
        { byte: 100_001, line: 50_001, column: 2 },
      ],
    ];
    for (const [bytes, place] of bad) {
      const error = await rejected(bytesInput(bytes).text());
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details).to.include(place);
    }
  });

  it("a table in Windows-1252 is read, wherever its first such letter comes, and the report says so", async () => {
    const rows = `2026-01-01T00:00:00Z,5.5,\n`.repeat(5_000);
    for (const text of [
      `time,value,Ü\n${rows}`,
      `time,value,note\n${rows}2026-01-02T00:00:00Z,5.5,nüchtern\n`,
    ]) {
      const bytes = Buffer.from(text, "latin1");
      expect(await bytesInput(bytes).text()).to.equal(text);
      const { report } = await readFile(bytesInput(bytes), { columns: { ...COLUMNS, unit: "mmol/L" } });
      expect(report.notes.join()).to.contain("Windows-1252");
      const { report: plain } = await readFile(textInput(text), { columns: { ...COLUMNS, unit: "mmol/L" } });
      expect(plain.notes.join()).to.not.contain("Windows-1252");
    }
    // The euro sign is where Latin-1 has a control character.
    expect(await bytesInput(Uint8Array.of(0x61, 0x2c, 0x80)).text()).to.equal("a,€");
  });

  it("the first invalid byte is where TextDecoder stops", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const at = firstInvalid(bytes);
        const decoder = new TextDecoder("utf-8", { fatal: true });
        expect(() => decoder.decode(bytes.subarray(0, at))).to.not.throw();
        if (at < bytes.length) expect(() => decoder.decode(bytes)).to.throw();
      }),
      { numRuns: 5_000 },
    );
  });

  it("a file is streamed from disk, with progress, can be stopped, and says when it cannot be read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-"));
    try {
      const path = join(folder, "a.csv");
      const rows = Array.from({ length: 20_000 }, (_, i) => `${1_700_000_000 + i},${100 + (i % 50)}`);
      writeFileSync(path, ["time,value", ...rows].join("\n"));
      const shares: number[] = [];
      const { readings } = await readFile(fileInput(path), {
        columns: COLUMNS,
        onProgress: (share) => shares.push(share),
      });
      expect(readings).to.have.length(20_000);
      expect(shares.length).to.be.greaterThan(3);
      expect(shares.at(-1)).to.equal(1);
      expect(
        (await rejected(readFile(fileInput(path), { columns: COLUMNS, signal: AbortSignal.abort() }))).code,
      ).to.equal("ABORTED");
      for (const wrong of [join(folder, "none.csv"), folder]) {
        const error = await rejected((async () => readFile(fileInput(wrong)))());
        expect(error.code).to.equal("FILE_UNREADABLE");
        expect(JSON.stringify(error)).to.not.contain(folder);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("detection", () => {
  it("goes by content, whatever the delimiter, titles above the header and the byte order mark", async () => {
    const files: [string, string][] = [
      ["dexcom-clarity", "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Glucose Value (mg/dL)\n"],
      [
        "dexcom-clarity",
        "\uFEFFIndex;Timestamp (YYYY-MM-DDThh:mm:ss);Event Type;Glucose Value (mmol/L)\n1;;Device;\n",
      ],
      [
        "freestyle-libre",
        "Glucose Data,Generated on,01-08-2018 10:00 UTC\nDevice,Serial Number,Device Timestamp,Record Type,Historic Glucose mmol/L\n",
      ],
      [
        "freestyle-libre",
        "Some Body\nID\tTime\tRecord Type\tHistoric Glucose (mg/dL)\n1\t2018/08/01 12:00\t0\t100\n",
      ],
      ["monitor-csv", "Time [s], HR, PULSE, RESP, SpO2\n0,94,93,25,97\n"],
      ["accelerometer-csv", "trial,t_ms,x_g,y_g,z_g\na,0,0,0,1\n"],
      ["generic-csv", "when,what\n2026-01-01T00:00:00Z,5\n2026-01-01T00:05:00Z,6\n"],
      ["generic-csv", "1\n2\n3\n"],
      ["generic-csv", "when;what\n2026-01-01T00:00:00Z;5"],
    ];
    for (const [name, text] of files) expect((await detectFormat(textInput(text))).name, text).to.equal(name);
  });

  it("what nothing matches is refused with all that was tried, an empty file as such", async () => {
    for (const text of ["", "\n\n", "\uFEFF"]) {
      expect((await rejected(detectFormat(textInput(text)))).details.reason).to.equal("it is empty");
    }
    for (const text of ["hello", '{"a": 1}', "<html><p>a,b</p>\n<p>c,d</p></html>"]) {
      const error = await rejected(readFile(textInput(text)));
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details.tried).to.include.members(["dexcom-clarity", "freestyle-libre", "generic-csv"]);
    }
  });

  it("a report or a picture is named as such", async () => {
    const begun = [
      [0x25, 0x50, 0x44, 0x46, 0x2d],
      [0x89, 0x50, 0x4e, 0x47, 0x0d],
      [0xff, 0xd8, 0xff, 0xe0],
    ];
    for (const bytes of begun) {
      const error = await rejected(readFile(bytesInput(Uint8Array.from(bytes))));
      expect(error.details.reason).to.match(/PDF|picture/);
    }
  });

  it("a file that claims to be another is refused, by every CSV format", async () => {
    const text = "when,what\n2026-01-01T00:00:00Z,5\n2026-01-01T00:05:00Z,6\n";
    for (const format of ["dexcom-clarity", "freestyle-libre", "monitor-csv", "accelerometer-csv"] as const) {
      const error = await rejected(readFile(textInput(text), { format, zone: "UTC", start: 0 }));
      expect(error.code, format).to.equal("FILE_NOT_UNDERSTOOD");
    }
    expect((await rejected(readFile(textInput(text), { format: "x" as "fhir" }))).code).to.equal(
      "INVALID_ARGUMENT",
    );
  });
});
