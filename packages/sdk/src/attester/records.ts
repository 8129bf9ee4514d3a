// SPDX-License-Identifier: GPL-3.0-or-later
import type { Curve, DeviceKey } from "../device/signer.ts";

/** One stretch of a person's log under one offset. */
export type LogRecord = {
  offset: number;
  firstEpoch: number;
  /** Set when a successor continues. */
  lastEpoch?: number;
  genesis: bigint;
  /** Of the genesis; kept so that the attester can show that it made it. */
  salt: bigint;
  head: bigint;
  nextEpoch: number;
};

/** One epoch as intake recorded it. */
export type HeadRecord = {
  previous: bigint;
  head: bigint;
  /** Absent for a gap. */
  receipt?: { receivedAt: number; anchorDay: number; signature: string };
};

export type DeviceRecord = {
  curve: Curve;
  publicKey: string;
  subject: bigint;
  profile: number;
  enrolledAt: number;
  retiredAt?: number;
};

/** Subject, profile number and generation (0, 1, …: a new one for each offset) of a stretch. */
export type LogKey = { subject: bigint; profile: number; generation: number };

/** Under which day's root a head's leaf goes. */
export type Anchored = { leaf: bigint; day: number };

/**
 * Everything that an attester records; personal data. `storeRecords` keeps it in a vault's texts, a service in a database.
 */
export type AttesterRecords = {
  /**
   * Runs one step. Steps do not see each other's halves. Where the records can undo writes, they do so when a step
   * throws; where they cannot, the order of a step's writes leaves nothing that a later step would misread.
   * @param step works on the records that it is given, and on no others
   */
  transaction<T>(step: (records: AttesterRecords) => Promise<T>): Promise<T>;

  isRegistered(subject: bigint): Promise<boolean>;
  register(subject: bigint, at: number): Promise<void>;
  device(device: DeviceKey): Promise<DeviceRecord | undefined>;
  saveDevice(device: DeviceRecord): Promise<void>;

  /** All stretches of one person and profile, oldest first. Within a step no other step changes them. */
  logs(subject: bigint, profile: number): Promise<LogRecord[]>;
  saveLog(key: LogKey, log: LogRecord): Promise<void>;
  /**
   * Stretches of which an epoch has no head though it ended before a second.
   * @param before Unix seconds
   * @param most as many are given
   */
  behind(before: number, most: number): Promise<LogKey[]>;
  head(key: LogKey, epoch: number): Promise<HeadRecord | undefined>;
  /** @throws INTAKE_TOO_LATE for a head of a day that is closed, where the records can tell */
  saveHead(key: LogKey, epoch: number, head: HeadRecord, anchored: Anchored): Promise<void>;

  /**
   * The leaves of all heads of a day, in any order.
   * @param subject only this person's; everyone's when left out
   */
  leavesOf(day: number, subject?: bigint): Promise<bigint[]>;
  /** The leaves of a day that was closed, in the tree's order; undefined while it is open. */
  day(day: number): Promise<bigint[] | undefined>;
  /**
   * Closes a day.
   * @param leaves all that it has, in the tree's order
   * @returns false, and closes nothing, when a head was recorded after the leaves were read
   */
  saveDay(day: number, root: bigint, leaves: readonly bigint[]): Promise<boolean>;
};
