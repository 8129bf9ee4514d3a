// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one schema, as queries see it; `migrations/` makes it. Times are Unix seconds unless a column says otherwise. Field
// elements are texts of 64 hexadecimal digits (`fieldText`), which sort like the numbers.

/** Of a process: whose store this is. A store serves one attester's group, or one gateway, for good. */
export interface ServiceTable {
  /** `attester`, `relayer` or `gateway` */
  readonly service: string;
  /** What it is bound to, as JSON: chain, contracts, group. */
  readonly bound_to: string;
}

export interface AttesterPersonTable {
  readonly subject: string;
  readonly registered_at: number;
}

export interface AttesterDeviceTable {
  readonly curve: string;
  readonly public_key: string;
  readonly subject: string;
  readonly profile: number;
  readonly enrolled_at: number;
  readonly retired_at: number | null;
}

/** A stretch of a log. */
export interface AttesterLogTable {
  readonly subject: string;
  readonly profile: number;
  readonly generation: number;
  readonly day_offset: number;
  readonly first_epoch: number;
  /** Set when a successor continues. */
  readonly last_epoch: number | null;
  readonly genesis: string;
  readonly salt: string;
  readonly head: string;
  readonly next_epoch: number;
  /** End of the next epoch; null when the stretch is complete. */
  readonly next_end: number | null;
}

export interface AttesterHeadTable {
  readonly subject: string;
  readonly profile: number;
  readonly generation: number;
  readonly epoch: number;
  readonly previous: string;
  readonly head: string;
  readonly leaf: string;
  /** Days since 1970-01-01 UTC. */
  readonly anchor_day: number;
  /** Null for a gap, as is `signature`. */
  readonly received_at: number | null;
  readonly signature: string | null;
}

/** A day that was closed. Its leaves are those of its heads. */
export interface AttesterDayTable {
  readonly day: number;
  readonly root: string;
  readonly leaves: number;
  readonly closed_at: number;
}

export interface Tables {
  readonly service: ServiceTable;
  readonly attester_person: AttesterPersonTable;
  readonly attester_device: AttesterDeviceTable;
  readonly attester_log: AttesterLogTable;
  readonly attester_head: AttesterHeadTable;
  readonly attester_day: AttesterDayTable;
}

export type TableName = keyof Tables;

/** Primary key of every table, in an order in which what is referred to comes first. */
export const KEYS: { readonly [Name in TableName]: readonly (keyof Tables[Name] & string)[] } = {
  service: ["service"],
  attester_person: ["subject"],
  attester_device: ["curve", "public_key"],
  attester_log: ["subject", "profile", "generation"],
  attester_head: ["subject", "profile", "generation", "epoch"],
  attester_day: ["day"],
};

/** A field element as a column has it. */
export function fieldText(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

/** @param text as `fieldText` writes it */
export function fieldOf(text: string): bigint {
  return BigInt(`0x${text}`);
}
