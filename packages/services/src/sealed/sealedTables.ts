// SPDX-License-Identifier: GPL-3.0-or-later
import type { TableName, Tables } from "../store/tables.ts";

/** Tables with a person's sealed values. */
export type SealedTable = {
  [Name in TableName]: Tables[Name] extends { readonly person: string; readonly sealed: Uint8Array | null }
    ? Name
    : never;
}[TableName];

/** An erasure empties them of the person's rows. A new table of that form does not compile until it is listed. */
const ALL: Readonly<Record<SealedTable, true>> = {
  document: true,
  gateway_reading: true,
  gateway_claim: true,
  gateway_alert: true,
};

export const SEALED_TABLES = Object.keys(ALL) as readonly SealedTable[];
