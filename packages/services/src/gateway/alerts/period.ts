// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type EpochOpening,
  type EpochRecord,
  type LogOpening,
  type SignedReceipt,
  sealedStretch,
} from "@vitalproof/sdk";
import { sealedStore } from "../../sealed/index.ts";
import { textName } from "../core/logs.ts";
import type { AlertParts } from "./parts.ts";
import type { KnownRequest } from "./requests.ts";
import type { AlertRow } from "./rows.ts";

/** The epochs that an alert is about. They hold readings and salts. */
export type AlertPeriod = {
  readonly opening: LogOpening;
  readonly previousHead: bigint;
  readonly epochs: readonly EpochOpening[];
  /** Of the last epoch. */
  readonly status: EpochRecord["status"];
  readonly receipt: SignedReceipt | undefined;
};

/** What a row is about, as the store has it at one moment. @throws as `sealedStretch` */
export function readAlertPeriod(
  { database, personKeys }: AlertParts,
  row: AlertRow,
  { epochs }: KnownRequest,
): Promise<AlertPeriod> {
  return database.snapshot(async (queries) => {
    const store = sealedStore(database, personKeys, row.person, queries);
    const first = row.epoch - epochs + 1;
    const { opening, last, ...stretch } = await sealedStretch(
      store,
      textName(row.log, row.generation),
      first,
      epochs,
    );
    return { opening, ...stretch.period(first, epochs), status: last.status, receipt: last.receipt };
  });
}
