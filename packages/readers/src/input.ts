// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileInput } from "./format.ts";
import { notUnderstood } from "./internal/notUnderstood.ts";
import { firstInvalid, openBytes } from "./internal/utf8.ts";
import { beginsTable, firstForeign } from "./internal/windows1252.ts";

/** Characters of a file's beginning by which its format is found. */
export const HEAD_LENGTH = 65_536;
const CHUNK = 65_536;
/** Characters by which a text in Windows-1252 is known to be a table. */
const START_LENGTH = 4096;

/**
 * A file on disk, read in pieces of 64 KiB whenever it is asked for. Node only.
 * @throws FILE_UNREADABLE with the system's reason, now or when it is read
 */
export function fileInput(path: string): FileInput {
  // Not imported, so that everything else here runs in browsers.
  const { createReadStream, openAsBlob, statSync } = process.getBuiltinModule("node:fs");
  const unreadable = (error: unknown): VitalproofError => {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return new VitalproofError("FILE_UNREADABLE", `The file cannot be read (${reason}).`, {
      details: { reason },
      hint: "Pass the path of a file that exists and can be read.",
    });
  };
  let size: number | undefined;
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    size = found.isFile() ? found.size : undefined;
  } catch (error) {
    throw unreadable(error);
  }
  async function* stream(): AsyncIterable<Uint8Array> {
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) yield chunk as Uint8Array;
    } catch (error) {
      throw unreadable(error);
    }
  }
  return inputOf(stream, size, size === undefined ? undefined : () => openAsBlob(path));
}

/** A text that is in memory already. */
export function textInput(text: string): FileInput {
  return bytesInput(new TextEncoder().encode(text));
}

/** Bytes that are in memory already: UTF-8, or UTF-16 with byte order mark. */
export function bytesInput(bytes: Uint8Array): FileInput {
  async function* stream(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
  }
  return inputOf(stream, bytes.length);
}

/** An input that reports what share of it was read, and stops when it is told to. */
export function watchedInput(
  input: FileInput,
  options: { onProgress?: (share: number) => void; signal?: AbortSignal },
): FileInput {
  const { onProgress, signal } = options;
  if (onProgress === undefined && signal === undefined) return input;
  async function* stream(): AsyncIterable<Uint8Array> {
    let read = 0;
    for await (const chunk of input.stream()) {
      if (signal?.aborted === true) throw new VitalproofError("ABORTED", "Reading was stopped.");
      yield chunk;
      read += chunk.length;
      if (input.size !== undefined && input.size > 0) onProgress?.(Math.min(1, read / input.size));
    }
  }
  return inputOf(stream, input.size);
}

/** Bytes of a file's beginning by which a binary format is found. */
const BEGINNING_LENGTH = 16_384;

/** The first bytes of a file. */
export async function beginningOf(input: FileInput): Promise<Uint8Array> {
  let first = new Uint8Array(0);
  for await (const chunk of input.stream()) {
    first = joined(first, chunk);
    if (first.length >= BEGINNING_LENGTH) break;
  }
  return first.slice(0, BEGINNING_LENGTH);
}

/** All bytes of a file. @throws FILE_NOT_UNDERSTOOD where there are more than `most` */
export async function bytesOf(input: FileInput, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input.stream()) {
    length += chunk.length;
    if (length > most) throw notUnderstood(`it has over ${most} bytes, which no file of its kind has`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The first characters of a file, for finding out what it is. */
export async function headOf(input: FileInput): Promise<string> {
  let head = "";
  for await (const text of decoded(input)) {
    head += text;
    if (head.length >= HEAD_LENGTH) break;
  }
  return head.slice(0, HEAD_LENGTH);
}

const inWindows1252 = new WeakSet<FileInput>();

/** Whether a file turned out to be a table in Windows-1252, once it was decoded. */
export function isInWindows1252(input: FileInput): boolean {
  return inWindows1252.has(input);
}

/**
 * The text of a file, piece by piece, without byte order mark. A table whose bytes are not UTF-8 is read as Windows-1252,
 * which spreadsheets of western languages write, and which has Latin-1's letters at the same places.
 * @throws FILE_NOT_UNDERSTOOD with byte, line and column of what is not text: bytes that are not UTF-8 (or, after its
 *         byte order mark, not UTF-16), and zero bytes, which no text file has
 */
export async function* decoded(input: FileInput): AsyncGenerator<string> {
  let decode: ((bytes: Uint8Array, last: boolean) => string) | undefined;
  let pending = new Uint8Array(0);
  for await (const chunk of input.stream()) {
    const bytes = pending.length === 0 ? chunk : joined(pending, chunk);
    pending = new Uint8Array(0);
    if (decode === undefined && bytes.length < 3) {
      pending = bytes.slice();
      continue;
    }
    decode ??= decoderFor(bytes, () => inWindows1252.add(input));
    const text = decode(bytes, false);
    if (text !== "") yield text;
  }
  decode ??= decoderFor(pending, () => inWindows1252.add(input));
  const rest = decode(pending, true);
  if (rest !== "") yield rest;
}

/** @param blob the content by place, where it can be read so */
export function inputOf(
  stream: () => AsyncIterable<Uint8Array>,
  size: number | undefined,
  blob?: () => Promise<Blob>,
): FileInput {
  const input: FileInput = {
    ...(size === undefined ? {} : { size }),
    ...(blob === undefined ? {} : { blob }),
    stream,
    async text() {
      const pieces: string[] = [];
      for await (const piece of decoded(input)) pieces.push(piece);
      return pieces.join("");
    },
  };
  return input;
}

type Decode = (bytes: Uint8Array, last: boolean) => string;

/** @param onWindows1252 told where the text turns out to be in it */
function decoderFor(first: Uint8Array, onWindows1252: () => void): Decode {
  if (first[0] === 0xff && first[1] === 0xfe) return decoder("utf-16le");
  if (first[0] === 0xfe && first[1] === 0xff) return decoder("utf-16be");
  return decoder("utf-8", onWindows1252);
}

function decoder(encoding: "utf-8" | "utf-16le" | "utf-16be", onWindows1252?: () => void): Decode {
  const name = encoding.toUpperCase();
  let western: TextDecoder | undefined;
  // What came so far, as long as all of it is ASCII: then it reads alike in UTF-8 and in Windows-1252.
  let ascii = true;
  let start = "";
  let held = new Uint8Array(0);
  let base = 0;
  let line = 1;
  let column = 1;
  const advance = (text: string): void => {
    const breaks = text.split("\n").length - 1;
    line += breaks;
    column = breaks === 0 ? column + text.length : text.length - text.lastIndexOf("\n");
  };
  const fail = (byte: number, before: string, reason: string): never => {
    advance(before);
    throw notUnderstood(`${reason} (byte ${byte} of the file)`, {
      place: { line, column },
      details: { byte, encoding: name },
      hint: "Pass the file itself, as text: unpack an archive, and save a spreadsheet as CSV in UTF-8.",
    });
  };
  // The mark is kept by the decoder, so that only the one at the very beginning is taken away.
  const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return (bytes, last) => {
    const all = held.length === 0 ? bytes : joined(held, bytes);
    const open =
      last || western !== undefined ? 0 : encoding === "utf-8" ? openBytes(all) : openUnits(all, encoding);
    const whole = all.subarray(0, all.length - open);
    held = all.slice(all.length - open);
    let piece: string;
    try {
      piece = (western ?? text).decode(whole);
    } catch {
      const at = encoding === "utf-8" ? firstInvalid(whole) : firstLoneSurrogate(whole, encoding);
      const table = new TextDecoder("windows-1252");
      const isAscii = ascii && whole.subarray(0, at).every((byte) => byte < 0x80);
      if (encoding === "utf-8" && isAscii && firstForeign(whole) === whole.length) {
        piece = table.decode(whole);
        if (beginsTable(start + piece)) {
          western = table;
          onWindows1252?.();
          base += whole.length;
          advance(piece);
          return piece;
        }
      }
      return fail(
        base + at,
        text.decode(whole.subarray(0, at)).replace(/^\uFEFF/, ""),
        `bytes that are not ${name}`,
      );
    }
    if (western !== undefined && firstForeign(whole) < whole.length) {
      const at = firstForeign(whole);
      return fail(base + at, western.decode(whole.subarray(0, at)), "a character that no text has");
    }
    ascii &&= piece.length === whole.length;
    if (start.length < START_LENGTH) start += piece.slice(0, START_LENGTH);
    if (base === 0) piece = piece.replace(/^\uFEFF/, "");
    const zero = piece.indexOf("\0");
    if (zero >= 0) {
      const before = piece.slice(0, zero);
      const width = encoding === "utf-8" ? new TextEncoder().encode(before).length : 2 * before.length;
      const mark =
        base === 0
          ? whole.length - (encoding === "utf-8" ? new TextEncoder().encode(piece).length : 2 * piece.length)
          : 0;
      return fail(base + mark + width, before, "a zero byte, which no text has");
    }
    base += whole.length;
    advance(piece);
    return piece;
  };
}

/** Bytes at the end of UTF-16 that wait for the next chunk: half a unit, or the first half of a surrogate pair. */
function openUnits(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): number {
  const odd = bytes.length % 2;
  const last = unitAt(bytes, bytes.length - odd - 2, encoding);
  return odd + (last >= 0xd800 && last < 0xdc00 ? 2 : 0);
}

function firstLoneSurrogate(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): number {
  let at = 0;
  for (; at + 1 < bytes.length; at += 2) {
    const unit = unitAt(bytes, at, encoding);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = at + 3 < bytes.length ? unitAt(bytes, at + 2, encoding) : 0;
    if (unit > 0xdbff || next < 0xdc00 || next > 0xdfff) return at;
    at += 2;
  }
  return at;
}

function unitAt(bytes: Uint8Array, at: number, encoding: "utf-16le" | "utf-16be"): number {
  const [low, high] = encoding === "utf-16le" ? [at, at + 1] : [at + 1, at];
  return at < 0 ? 0 : bytes[low]! | (bytes[high]! << 8);
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
