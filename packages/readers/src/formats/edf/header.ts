// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, formatDecimal, type LocalTime, parseDecimal } from "@vitalproof/sdk";
import { notUnderstood } from "../../internal/notUnderstood.ts";

/** Bytes of the part of the header that every file has, and of the part for each signal. */
export const FIXED_LENGTH = 256;
const SIGNAL_LENGTH = 256;
/** Lengths of a signal's fields, in their order; each field is there for all signals before the next one begins. */
const SIGNAL_FIELDS = {
  label: 16,
  transducer: 80,
  dimension: 8,
  range: [8, 8, 8, 8],
  filter: 80,
  samples: 8,
};
const MOST_SIGNALS = 512;
/** What to do about a file that is damaged or cut off. */
export const COPY_ANEW = "Copy the file anew from the card or from where it was exported.";
/** Places after the point of a computed value: far below what a sensor tells apart. */
const PLACES = 4;

/** One signal of the file. */
export type Signal = {
  readonly label: string;
  /** The unit of its values, as the file writes it. */
  readonly dimension: string;
  /** Samples in each data record. */
  readonly samples: number;
  /** Its first byte in a data record. */
  readonly at: number;
  /**
   * A stored number as a value in the signal's unit: a decimal, to four places where it has no end. Undefined for one that
   * is outside the signal's range.
   */
  physical(stored: number): string | undefined;
};

export type Header = {
  /** On the clock of the recorder. */
  readonly start: LocalTime;
  /** What the recorder says of itself; undefined where it says nothing. */
  readonly device: string | undefined;
  /** Whether it is EDF+, whose records say when they begin. */
  readonly plus: boolean;
  /** Whether its records do not follow each other (EDF+D). */
  readonly interrupted: boolean;
  /** Data records in the file; undefined where the recorder did not close the file. */
  readonly records: number | undefined;
  /** Seconds of each data record. */
  readonly seconds: number;
  readonly signals: readonly Signal[];
  /** Bytes of each data record. */
  readonly recordLength: number;
};

/** How many bytes the header has, by its first 256. @throws FILE_NOT_UNDERSTOOD */
export function headerLength(fixed: Uint8Array): number {
  return FIXED_LENGTH + SIGNAL_LENGTH * wholeNumber(textAt(fixed, 252, 4), "number of signals", MOST_SIGNALS);
}

/**
 * The header of an EDF or EDF+ file. @param bytes all of it
 * @throws FILE_NOT_UNDERSTOOD naming the field that is not as the specification says
 */
export function readHeader(bytes: Uint8Array): Header {
  const count = (bytes.length - FIXED_LENGTH) / SIGNAL_LENGTH;
  const reserved = textAt(bytes, 192, 44);
  const records = textAt(bytes, 236, 8);
  const seconds = Number(textAt(bytes, 244, 8));
  if (!(seconds > 0) || !Number.isFinite(seconds)) throw wrong("length of a record");
  if (wholeNumber(textAt(bytes, 184, 8), "length of the header", 1e8) !== bytes.length)
    throw wrong("length of the header");
  let at = 0;
  const signals = Array.from({ length: count }, (_, number): Signal => {
    const signal = signalAt(bytes, count, number, at);
    at += 2 * signal.samples;
    return signal;
  });
  const recording = textAt(bytes, 88, 80);
  return {
    start: startOf(textAt(bytes, 168, 8), textAt(bytes, 176, 8), recording),
    device: deviceOf(recording),
    plus: reserved.startsWith("EDF+"),
    interrupted: reserved.startsWith("EDF+D"),
    records: records === "-1" ? undefined : wholeNumber(records, "number of records", 1e8),
    seconds,
    signals,
    recordLength: at,
  };
}

function signalAt(bytes: Uint8Array, count: number, number: number, at: number): Signal {
  let field = FIXED_LENGTH;
  const next = (length: number): string => {
    const text = textAt(bytes, field + number * length, length);
    field += count * length;
    return text;
  };
  const label = next(SIGNAL_FIELDS.label);
  next(SIGNAL_FIELDS.transducer);
  const dimension = next(SIGNAL_FIELDS.dimension);
  const [least = "", most = "", leastStored = "", mostStored = ""] = SIGNAL_FIELDS.range.map(next);
  next(SIGNAL_FIELDS.filter);
  const samples = wholeNumber(next(SIGNAL_FIELDS.samples), `samples of "${label}"`, 1e6);
  const physical = scale(least, most, Number(leastStored), Number(mostStored));
  return { label, dimension, samples, at, physical };
}

/** The straight line through the two ends of a signal's range. */
function scale(
  lowest: string,
  highest: string,
  leastStored: number,
  mostStored: number,
): (stored: number) => string | undefined {
  const [low, high] = [parseDecimal(lowest), parseDecimal(highest)];
  const span = mostStored - leastStored;
  // Annotations have a range that means nothing; a signal without a range fails when its values are asked for.
  const isLine = low !== undefined && high !== undefined && compareDecimals(low, high) !== 0;
  if (!isLine || !Number.isInteger(span) || span === 0) {
    return () => {
      throw wrong("range of a signal");
    };
  }
  const unit = ({ digits, scale: places }: { digits: bigint; scale: number }): bigint =>
    digits * 10n ** BigInt(PLACES + 4 - places);
  if (low.scale > PLACES + 4 || high.scale > PLACES + 4) throw wrong("range of a signal");
  const [from, to] = [unit(low), unit(high)];
  const [least, greatest] = [Math.min(leastStored, mostStored), Math.max(leastStored, mostStored)];
  return (stored) => {
    if (stored < least || stored > greatest) return undefined;
    const exact = from * BigInt(span) + BigInt(stored - leastStored) * (to - from);
    const divisor = BigInt(span) * 10_000n;
    return plain(formatDecimal({ digits: rounded(exact, divisor), scale: PLACES }));
  };
}

/** Halves away from zero. */
function rounded(numerator: bigint, denominator: bigint): bigint {
  const [n, d] = denominator < 0n ? [-numerator, -denominator] : [numerator, denominator];
  return n < 0n ? -((-2n * n + d) / (2n * d)) : (2n * n + d) / (2n * d);
}

/** Without the zeros that only say that it was computed to four places. */
function plain(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** EDF has two digits of the year, and means 1985 to 2084; EDF+ writes the whole date into the recording's field. */
function startOf(date: string, clock: string, recording: string): LocalTime {
  const days = /^(\d\d)\.(\d\d)\.(\d\d)$/.exec(date);
  const time = /^(\d\d)[.:](\d\d)[.:](\d\d)$/.exec(clock);
  if (days === null || time === null) throw wrong("start");
  const [, day, month, short] = days.map(Number) as [number, number, number, number];
  const [, hour, minute, second] = time.map(Number) as [number, number, number, number];
  const written = /^Startdate (\d\d)-([A-Z]{3})-(\d{4})\b/i.exec(recording);
  const year = written === null ? (short < 85 ? 2000 : 1900) + short : Number(written[3]);
  const agrees =
    written === null || (Number(written[1]) === day && MONTHS[month - 1] === written[2]!.toUpperCase());
  if (!agrees) throw wrong("start, which its two dates say differently");
  const exists = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month >= 1 && month <= 12;
  if (!exists || hour > 23 || minute > 59 || second > 59) throw wrong("start");
  return { year, month, day, hour, minute, second };
}

/** ResMed writes its serial number; EDF+ has a place for the equipment. */
function deviceOf(recording: string): string | undefined {
  const serial = /\bSRN=([\w-]+)/.exec(recording)?.[1];
  if (serial !== undefined) return `ResMed ${serial}`;
  const equipment = /^Startdate \S+ \S+ \S+ (\S+)/i.exec(recording)?.[1];
  return equipment === undefined || equipment === "X" ? undefined : equipment.replaceAll("_", " ");
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
    .replace(/\0/g, " ")
    .trim();
}

function wholeNumber(text: string, what: string, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most) throw wrong(what);
  return number;
}

function wrong(what: string): Error {
  return notUnderstood(`its header has no usable ${what}`, { hint: COPY_ANEW });
}
