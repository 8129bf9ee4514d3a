// SPDX-License-Identifier: GPL-3.0-or-later

import { bigintText } from "../bigintText.ts";
import { isDecimalText, parseRecord } from "../internal/json.ts";
import type { SignedReceipt } from "./receipt.ts";

/** sealed: given to nobody yet, or not answered; accepted: intake has it; gap: intake recorded that nothing came. */
export type EpochStatus = "sealed" | "accepted" | "gap";

/** One epoch of a log, as the patient's side keeps it. Holds readings and a salt: it stays there. */
export type EpochRecord = {
  epoch: number;
  status: EpochStatus;
  previous: bigint;
  head: bigint;
  /** 0 for a gap. */
  salt: bigint;
  codes: number[];
  /** Readings placed in the neighbouring slot; those for which there was no slot. */
  moved: number;
  dropped: number;
  receipt?: SignedReceipt;
};

export function epochToText(record: EpochRecord): string {
  return JSON.stringify(record, bigintText);
}

export function epochFromText(key: string, text: string): EpochRecord {
  type Raw = Omit<EpochRecord, "previous" | "head" | "salt" | "receipt"> & {
    previous: string;
    head: string;
    salt: string;
    receipt?: {
      leaf: string;
      context: string;
      receivedAt: number;
      anchorDay: number;
      group: string;
      signature: string;
    };
  };
  const raw = parseRecord<Raw>(
    key,
    text,
    (value) =>
      Number.isSafeInteger(value.epoch) &&
      ["sealed", "accepted", "gap"].includes(String(value.status)) &&
      isDecimalText(value.previous) &&
      isDecimalText(value.head) &&
      isDecimalText(value.salt) &&
      Array.isArray(value.codes) &&
      value.codes.every(Number.isSafeInteger),
  );
  const { receipt, ...rest } = raw;
  return {
    ...rest,
    previous: BigInt(raw.previous),
    head: BigInt(raw.head),
    salt: BigInt(raw.salt),
    ...(receipt === undefined
      ? {}
      : {
          receipt: {
            ...receipt,
            group: BigInt(receipt.group),
            leaf: BigInt(receipt.leaf),
            context: BigInt(receipt.context),
          },
        }),
  };
}
