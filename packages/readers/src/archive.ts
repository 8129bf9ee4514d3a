// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Entry, FileEntry } from "@zip.js/zip.js";
import { formatIn } from "./detect.ts";
import type { FileInput, Format } from "./format.ts";
import { inputOf, textInput } from "./input.ts";
import { notUnderstood } from "./internal/notUnderstood.ts";
import { sheetsOf } from "./workbook.ts";

/** An archive has thousands of small files at most where phones write one a day; more would be no export. */
const MOST_ENTRIES = 100_000;
/** So many entries are looked into until it is known which can be read. */
const MOST_LOOKED_AT = 5000;
const MOST_NAMED = 10;
/** Unpacked bytes of a workbook, which is taken into memory as a whole. */
const MOST_WORKBOOK_BYTES = 1 << 29;
const DAMAGED = "the archive is damaged or cut off";
/** What Macs add to archives. */
const NOT_DATA = /(^|\/)(__MACOSX\/|\.)/;

/** A file in an archive, or a sheet of a workbook. */
type Part = { readonly name: string; readonly input: FileInput; readonly encrypted?: boolean };
type Readable = Part & { readonly format: Format };

/** Whether a file is a zip archive, by its first bytes. */
export async function isArchive(input: FileInput): Promise<boolean> {
  for await (const chunk of input.stream()) {
    if (chunk.length < 4) return false;
    return chunk[0] === 0x50 && chunk[1] === 0x4b && chunk[2] === 0x03 && chunk[3] === 0x04;
  }
  return false;
}

/**
 * The file to read: the input itself, or the entry of a zip archive or the sheet of an Excel workbook that `name` chooses, or the only
 * one that can be read. Entries are unpacked while they are read, and their check sums are compared.
 * @throws SELECTION_REQUIRED where several can be read; FILE_NOT_UNDERSTOOD for an archive that is damaged, encrypted, or
 *         holds nothing to read; INVALID_ARGUMENT for a name that no entry has
 */
export async function openedInput(input: FileInput, name: string | undefined): Promise<FileInput> {
  if (!(await isArchive(input))) {
    if (name === undefined) return input;
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      "The file is not a zip archive or an Excel workbook, so it has no entries.",
      {
        details: { name: "entry", value: name },
        hint: "Leave --entry out.",
      },
    );
  }
  const parts = await partsOf(input);
  const chosen = parts.find((part) => part.name === name);
  if (chosen !== undefined) return chosen.input;
  if (name !== undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", `The archive has no entry "${name}".`, {
      details: { name: "entry", value: name },
      hint: "Look into it without --entry: the entries that can be read are listed.",
    });
  }
  const { vendors, tables, broken } = await readableOf(parts);
  const readable = vendors.length > 0 ? vendors : tables;
  const [only, ...others] = readable;
  if (only === undefined) {
    if (broken) throw damaged();
    if (parts.some(({ encrypted }) => encrypted === true)) throw encryptedEntry();
    if (parts.some(({ name }) => /\.zip$/i.test(name))) {
      throw notUnderstood("it holds another archive, which is not opened", {
        hint: "Unpack it, and pass the archive or the file that was in it.",
      });
    }
    throw notUnderstood(`none of its ${parts.length} entries is in any of the known formats`, {
      details: { entries: parts.length },
      hint: "If one of them is a table, name it: --entry NAME, and its columns with --time, --value and --unit.",
    });
  }
  if (others.length === 0) return only.input;
  throw severalOf(readable);
}

function severalOf(readable: readonly Readable[]): VitalproofError {
  const shown = readable.slice(0, MOST_NAMED).map(({ name, format }) => `"${name}" (${format.name})`);
  const more = readable.length - shown.length;
  return new VitalproofError(
    "SELECTION_REQUIRED",
    `${readable.length} entries of the archive can be read, and each is a file of its own.`,
    {
      details: { what: "entries", entries: readable.length },
      hint: `Choose one: --entry NAME. There are ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
    },
  );
}

/** Parts in a vendor's format, and those that are tables of any form. */
async function readableOf(
  parts: readonly Part[],
): Promise<{ vendors: readonly Readable[]; tables: readonly Readable[]; broken: boolean }> {
  const vendors: Readable[] = [];
  const tables: Readable[] = [];
  let broken = false;
  for (const part of parts.slice(0, MOST_LOOKED_AT)) {
    const format = await knownFormatIn(part.input);
    if (format === "damaged") broken = true;
    else if (format !== undefined)
      (format.name === "generic-csv" ? tables : vendors).push({ ...part, format });
  }
  return { vendors, tables, broken };
}

/** What is in a part; nothing where it is not in a known format, since archives hold pictures too. */
async function knownFormatIn(input: FileInput): Promise<Format | "damaged" | undefined> {
  try {
    const format = await formatIn(input);
    return format === "empty" ? undefined : format;
  } catch (error) {
    const found = VitalproofError.find(error, "FILE_NOT_UNDERSTOOD");
    if (found === undefined) throw error;
    return found.details.reason === DAMAGED ? "damaged" : undefined;
  }
}

/** The files in a zip archive, or the sheets of a workbook, which is one too. */
async function partsOf(input: FileInput): Promise<Part[]> {
  const blob = await (input.blob?.() ?? gathered(input));
  const entries = await entriesOf(blob);
  if (!entries.some(({ filename }) => filename === "[Content_Types].xml"))
    return entries.map((entry) => ({
      name: entry.filename,
      input: inputOfEntry(entry),
      encrypted: entry.encrypted,
    }));
  if (!entries.some(({ filename }) => filename === "xl/workbook.xml")) {
    throw notUnderstood("it is a document of an office program, and no workbook", {
      hint: "Pass the export as the device or app wrote it, or save the table in it as CSV (UTF-8).",
    });
  }
  const bytes = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (bytes > MOST_WORKBOOK_BYTES) {
    throw notUnderstood(`the workbook has over ${MOST_WORKBOOK_BYTES} bytes`, {
      hint: "Save the sheet as CSV (UTF-8): tables are read row by row.",
    });
  }
  await refuseUnusual(entries);
  return (await sheetsOf(blob)).map(({ name, csv }) => ({ name, input: textInput(csv) }));
}

/** What hardly any program writes, and what would be read as other times or other numbers. */
const UNUSUAL: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "the workbook says in an unusual way where its dates begin",
    pattern: /\bdate1904\s*=\s*["'](?!0["']|1["']|false["'])/,
  },
  {
    what: "the workbook has dates as texts of ISO 8601",
    pattern: /<(\w+:)?c\b[^>]*\st\s*=\s*["']d["']/,
  },
  { what: "the workbook has comments inside its cells", pattern: /<(\w+:)?[vt]\b[^>]*>[^<]*<!--/ },
];

async function refuseUnusual(entries: readonly FileEntry[]): Promise<void> {
  for (const entry of entries) {
    if (!/^xl\/(workbook|sharedStrings|worksheets\/[^/]+)\.xml$/.test(entry.filename)) continue;
    const text = await inputOfEntry(entry).text();
    const found = UNUSUAL.find(({ pattern }) => pattern.test(text));
    if (found !== undefined) {
      throw notUnderstood(found.what, {
        hint: "Open it in a spreadsheet program, save the sheet as CSV (UTF-8), and pass that.",
      });
    }
  }
}

async function entriesOf(blob: Blob): Promise<FileEntry[]> {
  // Loaded for archives alone: pages that read none do not carry it.
  const { BlobReader, ZipReader } = await import("@zip.js/zip.js/lib/zip-core-native.js");
  let entries: Entry[];
  try {
    entries = await new ZipReader(new BlobReader(blob)).getEntries();
  } catch {
    throw damaged();
  }
  if (entries.length > MOST_ENTRIES) throw notUnderstood(`the archive has over ${MOST_ENTRIES} entries`);
  return entries.flatMap((entry) => (entry.directory || NOT_DATA.test(entry.filename) ? [] : [entry]));
}

async function gathered(input: FileInput): Promise<Blob> {
  const chunks: BlobPart[] = [];
  for await (const chunk of input.stream()) chunks.push(chunk.slice());
  return new Blob(chunks);
}

function inputOfEntry(entry: FileEntry): FileInput {
  async function* stream(): AsyncIterable<Uint8Array> {
    if (entry.encrypted) throw encryptedEntry();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const unpacking = entry.getData(writable, { checkSignature: true, useWebWorkers: false });
    // An entry that cannot be begun leaves the stream open: its reader would wait without end.
    const failure = unpacking.then(
      () => new Promise<never>(() => {}),
      () => Promise.reject(damaged()),
    );
    failure.catch(() => undefined);
    const reader = readable.getReader();
    let whole = false;
    try {
      for (;;) {
        const { done, value } = await Promise.race([reader.read(), failure]);
        if (done) break;
        yield value;
      }
      whole = true;
      await unpacking;
    } catch (error) {
      throw error instanceof VitalproofError ? error : damaged();
    } finally {
      if (!whole) reader.cancel().catch(() => undefined);
    }
  }
  return inputOf(stream, entry.uncompressedSize);
}

function encryptedEntry(): VitalproofError {
  return notUnderstood("its entry in the archive is encrypted", {
    hint: "Unpack the archive with its password, and pass the file that you want to read.",
  });
}

function damaged(): VitalproofError {
  return notUnderstood(DAMAGED, {
    hint: "Copy the archive anew from where it was saved or sent. If it opens elsewhere, unpack it and pass the file in it.",
  });
}
