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

/** The key of everything that is sealed for one person. */
export interface PersonKeyTable {
  /** Opaque: a hash, or a local name. It is in backups and evidence after an erasure too. */
  readonly person: string;
  /** Under the master key; null once the person was erased. */
  readonly wrapped: Uint8Array | null;
  readonly created_at: number;
  readonly erased_at: number | null;
  /** Counts what was written to `document`; it gives the versions there. */
  readonly writes: number;
}

/** Texts of the SDK's `Store`, sealed. */
export interface DocumentTable {
  readonly person: string;
  /** As the SDK names it, such as an epoch's number. */
  readonly key: string;
  /** `writes` of the person when it was written. */
  readonly version: number;
  readonly sealed: Uint8Array;
}

/** A backup that holds wrapped keys: of everyone who had one at that time. */
export interface BackupMadeTable {
  readonly id: string;
  /** When it began. */
  readonly made_at: number;
  /** When it was complete; null until then. */
  readonly ended_at: number | null;
  /** As the operator calls it, such as a path. */
  readonly place: string;
  /** When it will be gone. */
  readonly kept_until: number;
}

/** What says that a person was erased. */
export interface ErasureTable {
  /** SHA-256 of `evidence` in hex. */
  readonly hash: string;
  readonly person: string;
  readonly erased_at: number;
  /** JSON, as it was hashed. */
  readonly evidence: string;
  /** When the database's files had no copy of the wrapped key any more; null until then. */
  readonly cleaned_at: number | null;
}

export interface Tables {
  readonly service: ServiceTable;
  readonly attester_person: AttesterPersonTable;
  readonly attester_device: AttesterDeviceTable;
  readonly attester_log: AttesterLogTable;
  readonly attester_head: AttesterHeadTable;
  readonly attester_day: AttesterDayTable;
  readonly person_key: PersonKeyTable;
  readonly document: DocumentTable;
  readonly backup_made: BackupMadeTable;
  readonly erasure: ErasureTable;
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
  person_key: ["person"],
  document: ["person", "key"],
  backup_made: ["id"],
  erasure: ["hash"],
};

/** A field element as a column has it. */
export function fieldText(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

/** @param text as `fieldText` writes it */
export function fieldOf(text: string): bigint {
  return BigInt(`0x${text}`);
}
