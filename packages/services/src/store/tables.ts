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
  /** Set when the person was erased: nothing else of them is here. */
  readonly erased_at: number | null;
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

/** A leaf of somebody who was erased: other people's paths need it. */
export interface AttesterErasedLeafTable {
  readonly anchor_day: number;
  readonly leaf: string;
}

/** A day that was closed. Its leaves are those of its heads, and of people who were erased. */
export interface AttesterDayTable {
  readonly day: number;
  readonly root: string;
  readonly leaves: number;
  readonly closed_at: number;
}

/** An account that sends, on one chain. Its row is the lock under which nonces are given. */
export interface ChainAccountTable {
  readonly chain_id: string;
  /** Lower case. */
  readonly address: string;
  /** What keeps it from sending, as JSON; null when nothing does. */
  readonly problem: string | null;
  /** The lowest nonce that was signed and is not mined, and since when it is the lowest. */
  readonly head_nonce: number | null;
  readonly head_since: number | null;
  /** Since when a nonce below signed ones is unused. */
  readonly gap_since: number | null;
  /** 1 once a node of the chain had a `finalized` block: from then on only such blocks are final. */
  readonly has_finalized: number;
}

/** What is to be sent, and what became of it. */
export interface ChainTransactionTable {
  readonly purpose: string;
  readonly chain_id: string;
  readonly account: string;
  readonly to_address: string;
  readonly data: string;
  /** Wei, decimal. */
  readonly value: string;
  /** As the caller wants it; null when the node is to be asked. */
  readonly gas_limit: number | null;
  readonly not_after: number | null;
  readonly wanted_at: number;
  readonly state: "wanted" | "sent" | "mined" | "final" | "refused";
  readonly nonce: number | null;
  /** Why an empty transaction is to take its nonce. */
  readonly void_reason: string | null;
  /** Since when the node says that the contract would refuse it. */
  readonly failing_since: number | null;
  /** Of the transaction that was mined. */
  readonly hash: string | null;
  readonly block_number: number | null;
  readonly block_hash: string | null;
  readonly gas_used: number | null;
  /** 1 or 0, as the receipt says. */
  readonly succeeded: number | null;
  /** `{ address, topics, data }[]` */
  readonly logs: string | null;
  /** Why it was refused: `contract`, `gas`, `node`, `too-late`. */
  readonly reason: string | null;
  /** What the contract reverted with, hex; or the node's words. */
  readonly error: string | null;
}

/** Every transaction that was ever signed: any of them can be mined. */
export interface ChainSignedTable {
  readonly hash: string;
  readonly purpose: string;
  readonly chain_id: string;
  readonly account: string;
  readonly nonce: number;
  readonly raw: string;
  /** 1 for what is wanted, 0 for an empty one that takes its nonce. */
  readonly acts: number;
  /** Wei for each gas, and the part of it for the block's proposer; null on chains without a base fee. */
  readonly max_fee: string;
  readonly tip: string | null;
  /** Wei that it can cost at most, with its value. */
  readonly cost: string;
  readonly signed_at: number;
  /** When a node took it last. */
  readonly sent_at: number | null;
  /** 1 when a node said that it pays too little. */
  readonly underpriced: number;
  /** How often a node refused it for a reason that is not known here. */
  readonly refusals: number;
}

/** What a relayer was asked for. */
export interface RelayerRequestTable {
  /** Made from the content: `claim/…`, `consent/…`, `revocation/…`, `payment/POLICY/NUMBER`. */
  readonly key: string;
  readonly kind: "claim" | "consent" | "revocation" | "payment";
  /** Whose gas it is: `policy/NUMBER`, or an account. */
  readonly principal: string;
  /** Of a claim: policy and period, of which one claim is on its way at a time. */
  readonly subject: string | null;
  /** As it was asked, JSON. */
  readonly content: string;
  readonly received_at: number;
  /** `waiting` for a transaction; `sent` in one, or on its way into one; `ended`. */
  readonly state: "waiting" | "sent" | "ended";
  /** Of the transaction, and the claim's place in it. */
  readonly purpose: string | null;
  readonly place: number | null;
  /** How often it was put into a transaction. */
  readonly tries: number;
  /** Most claims of a batch with it; null for what the chain allows. */
  readonly most: number | null;
  /** What became of it, JSON, once nothing changes it any more. */
  readonly outcome: string | null;
  /** Its part of the gas that was used. */
  readonly gas: number | null;
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

/** A process that stored readings. They are ordered by lane, then by `seq`. */
export interface GatewayLaneTable {
  readonly lane: number;
  readonly began_at: number;
}

/** One row, `clock`: the latest time at which this store's clock was trusted. */
export interface GatewayClockTable {
  readonly clock: string;
  readonly seen_at: number;
}

/** A log that the gateway seals. Its row is the lock: what was computed from one version is written on that version alone. */
export interface GatewayLogTable {
  readonly log: string;
  readonly person: string;
  /** Profile, offset and subject, as JSON. They never change. */
  readonly bound_to: string;
  readonly version: number;
  /** Rises when an operator lets a stopped log go on with another opening. */
  readonly generation: number;
  /** Null until the log is opened, as are the next two. */
  readonly first_epoch: number | null;
  readonly next_epoch: number | null;
  /** End of the next epoch. */
  readonly next_end: number | null;
  /** Readings that the log has and has not sealed. Those of `gateway_reading` come on top. */
  readonly waiting: number;
  /** Sealed epochs without a receipt, and the first of them. */
  readonly unsent: number;
  readonly oldest_unsent: number | null;
  /** Why nothing is sealed and sent until an operator acts. */
  readonly stopped: string | null;
  readonly stopped_at: number | null;
  /** Of an urgent log: for each epoch of which it has readings that are not sealed, when the last of them came: `[epoch, Unix milliseconds][]`. */
  readonly arrivals: string | null;
}

/** What one message has of one log and device. */
export interface GatewayReadingTable {
  readonly log: string;
  readonly person: string;
  readonly lane: number;
  readonly seq: number;
  readonly device: string;
  readonly readings: number;
  /** Of the latest reading. */
  readonly last_time: number;
  /** The readings, under the person's key. */
  readonly sealed: Uint8Array;
  /** When the message came, in Unix milliseconds; null in rows that an earlier version wrote. */
  readonly received_at: number | null;
}

/** What became of readings, finally. The log is empty for what belongs to none. */
export interface GatewayCountTable {
  readonly log: string;
  readonly outcome: "kept" | "moved" | "dropped" | "duplicate" | "refused";
  /** Of refused ones; empty for others. */
  readonly reason: string;
  readonly readings: number;
}

/** A sealed epoch, or one for which the attester recorded a gap. */
export interface GatewayEpochTable {
  readonly log: string;
  readonly generation: number;
  readonly epoch: number;
  readonly status: "sealed" | "accepted" | "gap";
  /** Numbers of readings; `missing` of samples. */
  readonly kept: number;
  readonly moved: number;
  readonly dropped: number;
  readonly missing: number;
  /** Null for a gap that was never sealed. */
  readonly sealed_at: number | null;
  readonly received_at: number | null;
  /** Of an urgent log: when the last message came that the epoch has a reading of, in Unix milliseconds. */
  readonly message_at: number | null;
}

/** The latest reading of each device that was sealed. */
export interface GatewayDeviceTable {
  readonly log: string;
  readonly device: string;
  readonly last_time: number;
}

/** A program whose policies a gateway claims for. */
export interface GatewayProgramTable {
  readonly program: string;
  /** The last block whose policies were looked at. */
  readonly scanned: number;
  /** Hash of the people for whom it was: with others the program is scanned again. */
  readonly people: string;
}

/** A policy of a person of the gateway. */
export interface GatewayPolicyTable {
  readonly policy: string;
  readonly program: string;
  readonly person: string;
  /** Account that gives consents. */
  readonly controller: string;
  readonly first_epoch: number;
  readonly periods: number;
  /** The first period that has no row in `gateway_claim`, and when it ends; null when all have one. */
  readonly next_period: number;
  readonly next_end: number | null;
}

/**
 * How far the claim for a period is. `open`: it is not known what to prove, or it has to wait (`reason`). `ready`: it is to be
 * proven against `root` with `circuit`. `proven`: it can be submitted. `sent`: on its way. `settled`: the chain has it. Then it
 * ends as `final`; `unmet`: the readings do not meet the terms; `lapsed`: it was not claimed in time; `refused`: the contract
 * says that the proof is false.
 */
export interface GatewayClaimTable {
  readonly policy: string;
  readonly period: number;
  readonly person: string;
  /** What was computed from one version is written on that version alone. */
  readonly version: number;
  readonly state: "open" | "ready" | "proven" | "sent" | "settled" | "final" | "unmet" | "lapsed" | "refused";
  /** What it waits for, or why it ended as it did. */
  readonly reason: string | null;
  /** Decimal. */
  readonly root: string | null;
  readonly circuit: string | null;
  readonly consent: string | null;
  /** Counts transactions that were given up. */
  readonly attempt: number;
  /** The proof, under the person's key. */
  readonly sealed: Uint8Array | null;
  /** Of the transaction. */
  readonly hash: string | null;
  readonly ended_period_at: number;
  /** When the claim window closes, as the chain said last. */
  readonly closes_at: number | null;
  readonly changed_at: number;
  /** Null when it has ended, or a prover has it. */
  readonly next_look: number | null;
}

/** Since when a log's epochs count for a verifier's request. */
export interface GatewayAlertRequestTable {
  /** SHA-256 of the request in hex. */
  readonly request: string;
  readonly log: string;
  readonly generation: number;
  /** The first epoch that has had no row in `gateway_alert`. */
  readonly next_epoch: number;
  /** Old epochs in which nothing held, whose rows are gone. */
  readonly unmet: number;
}

/** What became of one epoch for one request. Times are Unix milliseconds. */
export interface GatewayAlertTable {
  readonly request: string;
  readonly log: string;
  /** The last one of the period that it is about. */
  readonly epoch: number;
  readonly person: string;
  readonly generation: number;
  /** `waiting` for the receipt, or to be decided; `proving` once it is known to hold; the last four are final. */
  readonly state: "waiting" | "proving" | "proven" | "unmet" | "delivered" | "expired" | "refused";
  /** Why it is where it is: a stable word or code; empty where there is nothing to say. */
  readonly reason: string;
  /** From then on the verifier refuses it. */
  readonly expires_at: number;
  /** When it is to be tried; while a proof is made or a delivery is on its way, when another process may. */
  readonly next_at: number;
  /** Failures since it came into this state. */
  readonly tries: number;
  /** Who makes its proof. */
  readonly worker: string | null;
  readonly message_at: number | null;
  /** Whole seconds. */
  readonly sealed_at: number | null;
  /** When the receipt was found here. */
  readonly received_at: number | null;
  readonly proven_at: number | null;
  readonly verified_at: number | null;
  readonly delivered_at: number | null;
  /** SHA-256 of the presentation's bytes in hex. */
  readonly delivery: string | null;
  /** The presentation's bytes, under the person's key, from `proven` on until it is final. */
  readonly sealed: Uint8Array | null;
}

export interface Tables {
  readonly service: ServiceTable;
  readonly attester_person: AttesterPersonTable;
  readonly attester_device: AttesterDeviceTable;
  readonly attester_log: AttesterLogTable;
  readonly attester_head: AttesterHeadTable;
  readonly attester_erased_leaf: AttesterErasedLeafTable;
  readonly attester_day: AttesterDayTable;
  readonly chain_account: ChainAccountTable;
  readonly chain_transaction: ChainTransactionTable;
  readonly chain_signed: ChainSignedTable;
  readonly relayer_request: RelayerRequestTable;
  readonly person_key: PersonKeyTable;
  readonly document: DocumentTable;
  readonly backup_made: BackupMadeTable;
  readonly erasure: ErasureTable;
  readonly gateway_lane: GatewayLaneTable;
  readonly gateway_clock: GatewayClockTable;
  readonly gateway_log: GatewayLogTable;
  readonly gateway_reading: GatewayReadingTable;
  readonly gateway_count: GatewayCountTable;
  readonly gateway_epoch: GatewayEpochTable;
  readonly gateway_device: GatewayDeviceTable;
  readonly gateway_program: GatewayProgramTable;
  readonly gateway_policy: GatewayPolicyTable;
  readonly gateway_claim: GatewayClaimTable;
  readonly gateway_alert_request: GatewayAlertRequestTable;
  readonly gateway_alert: GatewayAlertTable;
}

export type TableName = keyof Tables;

/** Primary key of every table, in an order in which what is referred to comes first. */
export const KEYS: { readonly [Name in TableName]: readonly (keyof Tables[Name] & string)[] } = {
  service: ["service"],
  attester_person: ["subject"],
  attester_device: ["curve", "public_key"],
  attester_log: ["subject", "profile", "generation"],
  attester_head: ["subject", "profile", "generation", "epoch"],
  attester_erased_leaf: ["anchor_day", "leaf"],
  attester_day: ["day"],
  chain_account: ["chain_id", "address"],
  chain_transaction: ["purpose"],
  chain_signed: ["hash"],
  relayer_request: ["key"],
  person_key: ["person"],
  document: ["person", "key"],
  backup_made: ["id"],
  erasure: ["hash"],
  gateway_lane: ["lane"],
  gateway_clock: ["clock"],
  gateway_log: ["log"],
  gateway_reading: ["log", "lane", "seq"],
  gateway_count: ["log", "outcome", "reason"],
  gateway_epoch: ["log", "generation", "epoch"],
  gateway_device: ["log", "device"],
  gateway_program: ["program"],
  gateway_policy: ["policy"],
  gateway_claim: ["policy", "period"],
  gateway_alert_request: ["request", "log"],
  gateway_alert: ["request", "log", "epoch"],
};

/** A field element as a column has it. */
export function fieldText(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

/** @param text as `fieldText` writes it */
export function fieldOf(text: string): bigint {
  return BigInt(`0x${text}`);
}
