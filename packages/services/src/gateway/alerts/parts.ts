// SPDX-License-Identifier: GPL-3.0-or-later
import type { Prover } from "@vitalproof/sdk";
import type { Bell } from "../../operate/bell.ts";
import type { ProvingCircuits } from "../../proving/circuits.ts";
import type { PersonKeys } from "../../sealed/index.ts";
import type { Database } from "../../store/index.ts";
import type { Report } from "../notice.ts";
import type { KnownRequest } from "./requests.ts";
import type { AlertRow, AlertRows } from "./rows.ts";

/** What the duties of the lane share. */
export type AlertParts = {
  readonly database: Database;
  readonly personKeys: PersonKeys;
  readonly requests: readonly KnownRequest[];
  readonly rows: AlertRows;
  readonly circuits: ProvingCircuits;
  readonly prover: Prover;
  readonly secretOf: (person: string) => Promise<bigint>;
  /** Unix milliseconds, once the clock is believed. */
  readonly now: () => Promise<number | undefined>;
  readonly report: Report;
  /** Milliseconds between two looks while nothing is due. */
  readonly look: number;
  readonly bells: {
    readonly decide: Bell;
    readonly prove: readonly Bell[];
    readonly deliver: readonly Bell[];
  };
  /** Told of each alert that this process verified: milliseconds from its last message, and from its receipt. */
  readonly onVerified: (sinceMessage: number | undefined, sinceReceipt: number) => void;
};

/** The request and log that a row is for. */
export function requestOf({ requests }: AlertParts, row: AlertRow): KnownRequest | undefined {
  return requests.find(({ hash, log }) => hash === row.request && log.name === row.log);
}
