// SPDX-License-Identifier: GPL-3.0-or-later
import type { Dated, Measured } from "./measured.ts";

export type StoreName = "SQLite" | "PostgreSQL";

/** Seconds, but for `others`. */
export interface CostFigures {
  readonly wall: number;
  /** Processor time of the service's process, all threads. */
  readonly cpu: number;
  /** Of the database's server, its flushes included; null where the system does not tell. */
  readonly serverCpu: number | null;
  /** Processors that other work of the machine had meanwhile. */
  readonly others: number;
}

/** Readings that a gateway stored durably, as fast as it could. */
export interface IngestRow extends Dated {
  readonly store: StoreName;
  readonly devices: number;
  readonly readings: number;
  /** Readings whose cost this is: all but the first tenth. */
  readonly counted: number;
  readonly cost: CostFigures;
  /** Sealing a day of every device's log afterwards. */
  readonly seal: CostFigures;
  /** Megabytes in use after garbage was collected, with a tenth of the readings stored and with all. */
  readonly heap: { readonly tenth: number; readonly all: number };
}

/** Devices with one reading a minute each. */
export interface PaceRow extends Dated {
  readonly store: StoreName;
  readonly devices: number;
  readonly seconds: number;
  readonly cost: CostFigures;
}

/** A day of an attester: one head of each person, the day closed, and every path handed out. */
export interface AttesterRow extends Dated {
  readonly store: StoreName;
  readonly people: number;
  readonly heads: CostFigures;
  readonly close: CostFigures;
  readonly paths: CostFigures;
}

export interface ServicesPart extends Measured {
  /** Of the machine, the average of the minute before. */
  readonly load: number;
  /** Milliseconds until a small write is on the disk. */
  readonly flush: number;
  readonly ingest: readonly IngestRow[];
  readonly pace: readonly PaceRow[];
  readonly attester: readonly AttesterRow[];
}
