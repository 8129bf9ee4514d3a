// SPDX-License-Identifier: GPL-3.0-or-later
import type { Reading } from "@vitalproof/sdk";

/** What a file's readings measure; each metric has its LOINC codes and UCUM units in metrics.ts. */
export type Metric =
  | "glucose"
  | "heart-rate"
  | "spo2"
  | "acceleration"
  | "device-usage"
  | "doses"
  | "af-flag"
  | "other";

/** Where a value comes from that no sensor on the body gave. */
export type Origin = "meter" | "laboratory" | "typed in";

/** One reading as a file holds it. The value keeps the file's own decimals; nothing is rounded or converted. */
export type MeasuredReading = Reading & {
  readonly metric: Metric;
  readonly origin?: Origin;
};

/** One source of a metric's readings. */
export type ReportedSource = {
  readonly name: string;
  /** Readings of it in the file. */
  readonly readings: number;
  /** Days of which its readings stayed. */
  readonly days: number;
};

/** The sources of a metric's readings. Where there are several, each day has one of them. */
export type SourceUse = {
  readonly metric: Metric;
  readonly unit: string;
  readonly sources: readonly ReportedSource[];
};

export type FormatName =
  | "dexcom-clarity"
  | "freestyle-libre"
  | "glooko"
  | "carelink"
  | "tandem"
  | "xdrip-sidiary"
  | "nightscout"
  | "tidepool"
  | "tidepool-table"
  | "dexcom-api"
  | "libre-link-up"
  | "health-auto-export"
  | "oura"
  | "fitbit"
  | "fitbit-spo2"
  | "google-fit"
  | "apple-health"
  | "tcx"
  | "gpx"
  | "fit"
  | "edf"
  | "health-connect"
  | "fhir"
  | "open-mhealth"
  | "ihealth"
  | "iot-message"
  | "monitor-csv"
  | "accelerometer-csv"
  | "samsung-health"
  | "wellue-oximeter"
  | "fitbit-csv"
  | "oura-csv"
  | "zepp"
  | "mi-fitness"
  | "medication-log"
  | "withings"
  | "oscar"
  | "polar-flow"
  | "generic-csv";

/**
 * Month first (8/15/18), day first (15/8/18), or a year of two digits first (18-08-15). Times that begin with a year of four
 * digits need none.
 */
export type DateOrder = "MDY" | "DMY" | "YMD";

/** Whose readings count, where entries of a file say whose they are. */
export type OwnerChoice = {
  /** Every owner of a reading so far, in the file's order. */
  readonly found: ReadonlySet<string>;
  /** What a reading that does not count is skipped as. */
  readonly kind: string;
  /** Whether a reading of this owner counts. @throws SELECTION_REQUIRED where there are several and none was chosen */
  counts(owner: string | undefined): boolean;
};

/** Milliseconds, seconds, minutes, hours. */
export type TimeUnit = "ms" | "s" | "min" | "h";

export type ReadOptions = {
  /**
   * Zone of the clock that wrote a file whose times have none: an IANA name or a fixed offset. Never guessed: without
   * it such a file is refused with ZONE_REQUIRED.
   */
  readonly zone?: string;
  /** The source whose readings stay, by its name in the file; `*` for those of all. Without it each day's best one. */
  readonly source?: string;
  /** Keep readings of this metric only; a file with several metrics reports the others as counts. */
  readonly metric?: Metric;
  /** Keep readings of this unit only, where a file has one metric in two. The others are counted; none is converted. */
  readonly unit?: string;
  /** Zip archives: the entry to read, by its name in the archive. Without it, the only one that can be read. */
  readonly entry?: string;
  /**
   * The format, where content must not decide. Without it, and with `columns`, it is generic-csv, or the vendor's format
   * where the columns are the vendor's own.
   */
  readonly format?: FormatName;
  /** Unix seconds of the file's second 0, for files that count seconds from their own start, or rows. */
  readonly start?: number;
  /** Seconds from one row to the next, for files without times; the first row is at `start`. */
  readonly interval?: number;
  /** Order of day and month in times such as 8/1/18, where no row of the file decides it. */
  readonly dateOrder?: DateOrder;
  /** Unit of times that count from the file's own start, where the column's title does not say it. */
  readonly timeUnit?: TimeUnit;
  /**
   * CSV: how times are written, such as `YYYY:MM:DD:HH:mm`, where it is not one of the known forms. `spreadsheet` for
   * days as spreadsheets count them.
   */
  readonly timeForm?: string;
  /**
   * CSV: rows to keep, by column (`trial` → `S01_1`; `*` for every row). JSON: whose readings to keep, by the field that
   * says it (`subject` → `Patient/1`). The others are counted.
   */
  readonly where?: Readonly<Record<string, string>>;
  /**
   * Generic CSV: names of the columns, or `#1` for the first one and so on, and the UCUM unit. Without a time column
   * the rows are `interval` seconds apart. `clock` is the column of the time of day where `time` has dates alone; without
   * it a column is used that is named so ("Time") and holds one. `where` is as above; both count.
   */
  readonly columns?: {
    readonly time?: string;
    readonly clock?: string;
    readonly value: string;
    readonly unit: string;
    readonly where?: Readonly<Record<string, string>>;
  };
  /** The present in Unix seconds; readings of a later time are refused. The system's clock where it is left out. */
  readonly now?: number;
  /** Called now and then with the share of bytes read, 0 to 1, where the size is known. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
};

/** A file to read. Formats that can be large stream it; the others take the whole text. */
export type FileInput = {
  /** Bytes, where known. */
  readonly size?: number;
  /** The content from its beginning; may be called more than once. */
  stream(): AsyncIterable<Uint8Array>;
  /** The content as a Blob, which archives are read from by place. Without it an archive is taken into memory as a whole. */
  blob?(): Promise<Blob>;
  /** The whole content as UTF-8 without byte order mark. @throws FILE_NOT_UNDERSTOOD for bytes that are not UTF-8 (or UTF-16 with BOM) */
  text(): Promise<string>;
};

/** What was in the file besides the readings taken, in numbers. Never values. */
export type FileReport = {
  readonly format: FormatName;
  /**
   * Rows, entries, records or observations looked at; where one row holds several signals, its cells. In the CSV formats the sum
   * of `taken`, `skipped`, `refused` and `duplicates`.
   */
  readonly entries: number;
  /** Readings handed on. */
  readonly taken: number;
  /** Handed on as "LOW" or "HIGH" because the sensor said so. */
  readonly low: number;
  readonly high: number;
  /** Entries without readings, by what they are: "alert", "calibration", "meal", "header", "blank", "sentinel zero", … */
  readonly skipped: Readonly<Record<string, number>>;
  /** Entries that say something impossible, by reason: "time skipped by the clock change", … Each is also one of `entries`. */
  readonly refused: Readonly<Record<string, number>>;
  /** Sources of the readings, where the file names them. */
  readonly sources?: readonly SourceUse[];
  /** Same metric, source and value as one before, at its time or so soon after it that no sensor measures again. */
  readonly duplicates: number;
  /** Earlier than the reading before; handed on all the same. */
  readonly outOfOrder: number;
  /** Times in the hour that the clock change in autumn repeats. */
  readonly ambiguousTimes?: number;
  /** Readings of such an hour that the file has once, where nothing says which of the two it is: taken as the first. */
  readonly assumedEarlier?: number;
  /** Sentences for people about choices that were made (ambiguous hours, corrected clocks, …). */
  readonly notes: readonly string[];
};

/** The field of a file's entries that says whose they are, and what it tells apart. */
export type Ownership = { readonly field: string; readonly what: "people" | "devices" };

/** Columns of a table as a vendor writes it. */
export type OwnColumns = {
  readonly titles: readonly string[];
  /** Places of the columns that hold the time, or parts of it. */
  readonly time: readonly number[];
  readonly value: number;
  /** What the values are: glucose where it is left out. "any" where the file does not say it. */
  readonly metric?: Metric | "any";
  /** Undefined where the file does not say it. */
  readonly unit: string | undefined;
};

/** One kind of file, text or binary. */
export type Format = TextFormat | BinaryFormat;

export type TextFormat = FormatFacts & {
  /** Whether a file whose first 64 KiB are `head` is of this kind, decided by content alone. */
  matches(head: string): boolean;
};

export type BinaryFormat = FormatFacts & {
  /** Whether a file that begins with these bytes (16 KiB, or all of a shorter one) is of this kind. */
  begins(bytes: Uint8Array): boolean;
};

type FormatFacts = {
  readonly name: FormatName;
  /** "Dexcom Clarity CSV export" */
  readonly title: string;
  /** The columns that the format reads. A caller who names these names the format, and what it knows of its values. */
  own?(head: string): OwnColumns | readonly OwnColumns[] | undefined;
  /** What `where` chooses by: columns of a table, or one field. Nothing where it is left out. */
  readonly selects?: "column" | Ownership;
  /**
   * Hands every reading to `take`, in the file's order.
   * @throws FILE_NOT_UNDERSTOOD naming line and column (or the JSON path), never content; ZONE_REQUIRED, ZONE_UNKNOWN
   */
  read(
    input: FileInput,
    options: ReadOptions,
    take: (reading: MeasuredReading) => void,
    /** Notes whose the readings are, for formats that select by a field; without it, `options.where` decides. */
    owners?: OwnerChoice,
  ): Promise<FileReport>;
};
