// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Anchored,
  type AttesterRecords,
  type DeviceKey,
  type DeviceRecord,
  epochEnd,
  type HeadRecord,
  type LogKey,
  type LogRecord,
  profileOf,
  VitalproofError,
} from "@vitalproof/sdk";
import { evidenceOf, personErased } from "../sealed/index.ts";
import { type Database, fieldOf, fieldText, lock, type Queries, type Tables } from "../store/index.ts";

/**
 * An attester's records in a database. Several processes may use them: steps that touch one person, device or day wait
 * for each other.
 * @param clock Unix seconds
 */
export function sqlRecords(database: Database, clock: () => number): AttesterRecords {
  return new SqlRecords(database, clock, database.reads, false);
}

class SqlRecords implements AttesterRecords {
  readonly #database: Database;
  readonly #clock: () => number;
  readonly #queries: Queries;
  readonly #inStep: boolean;

  constructor(database: Database, clock: () => number, queries: Queries, inStep: boolean) {
    this.#database = database;
    this.#clock = clock;
    this.#queries = queries;
    this.#inStep = inStep;
  }

  transaction<T>(step: (records: AttesterRecords) => Promise<T>): Promise<T> {
    return this.#database.step((queries) => step(new SqlRecords(this.#database, this.#clock, queries, true)));
  }

  async isRegistered(subject: bigint): Promise<boolean> {
    let query = this.#queries
      .selectFrom("attester_person")
      .select("erased_at")
      .where("subject", "=", fieldText(subject));
    // Whatever changes a person's devices and logs comes by here first.
    if (this.#locks) query = query.forUpdate();
    return (await query.executeTakeFirst())?.erased_at === null;
  }

  async register(subject: bigint, at: number): Promise<void> {
    await this.#queries
      .insertInto("attester_person")
      .values({ subject: fieldText(subject), registered_at: at, erased_at: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const { erased_at, evidence_at } = await this.#queries
      .selectFrom("attester_person")
      .select(["erased_at", evidenceOf(fieldText(subject))])
      .where("subject", "=", fieldText(subject))
      .executeTakeFirstOrThrow();
    // A second history next to the one that is anchored could be the better one of two. Nor does a row that was put back
    // make one possible.
    const erasedAt = evidence_at ?? erased_at;
    if (erasedAt !== null) throw personErased(erasedAt);
  }

  async device({ curve, publicKey }: DeviceKey): Promise<DeviceRecord | undefined> {
    // Also for a device that is not there yet: two people may claim it at one moment.
    await lock(this.#database, this.#queries, "devices", publicKey);
    const row = await this.#queries
      .selectFrom("attester_device")
      .selectAll()
      .where("curve", "=", curve)
      .where("public_key", "=", publicKey)
      .executeTakeFirst();
    return (
      row && {
        curve,
        publicKey,
        subject: fieldOf(row.subject),
        profile: row.profile,
        enrolledAt: row.enrolled_at,
        ...(row.retired_at === null ? {} : { retiredAt: row.retired_at }),
      }
    );
  }

  async saveDevice(device: DeviceRecord): Promise<void> {
    const { curve, publicKey, subject, profile, enrolledAt, retiredAt = null } = device;
    const values = {
      subject: fieldText(subject),
      profile,
      enrolled_at: enrolledAt,
      retired_at: retiredAt,
    };
    await this.#queries
      .insertInto("attester_device")
      .values({ curve, public_key: publicKey, ...values })
      .onConflict((conflict) => conflict.columns(["curve", "public_key"]).doUpdateSet(values))
      .execute();
  }

  async logs(subject: bigint, profile: number): Promise<LogRecord[]> {
    let query = this.#queries
      .selectFrom("attester_log")
      .selectAll()
      .where("subject", "=", fieldText(subject))
      .where("profile", "=", profile)
      .orderBy("generation");
    if (this.#locks) query = query.forUpdate();
    return (await query.execute()).map(logOf);
  }

  async saveLog({ subject, profile, generation }: LogKey, log: LogRecord): Promise<void> {
    const { offset, firstEpoch, lastEpoch, genesis, salt, head, nextEpoch } = log;
    const isComplete = lastEpoch !== undefined && nextEpoch > lastEpoch;
    const values = {
      day_offset: offset,
      first_epoch: firstEpoch,
      last_epoch: lastEpoch ?? null,
      genesis: fieldText(genesis),
      salt: fieldText(salt),
      head: fieldText(head),
      next_epoch: nextEpoch,
      next_end: isComplete ? null : epochEnd(profileOf(profile), offset, nextEpoch),
    };
    await this.#queries
      .insertInto("attester_log")
      .values({ subject: fieldText(subject), profile, generation, ...values })
      .onConflict((conflict) => conflict.columns(["subject", "profile", "generation"]).doUpdateSet(values))
      .execute();
  }

  async behind(before: number, most: number): Promise<LogKey[]> {
    const rows = await this.#queries
      .selectFrom("attester_log")
      .select(["subject", "profile", "generation"])
      .where("next_end", "<", before)
      // By the index. In the order of keys a database would read every log to find that none is behind.
      .orderBy("next_end")
      .limit(most)
      .execute();
    return (
      rows
        .map(({ subject, profile, generation }) => ({ subject: fieldOf(subject), profile, generation }))
        // One order for all processes, so that none waits for one that waits for it.
        .sort((a, b) => compare(a.subject, b.subject) || a.profile - b.profile || a.generation - b.generation)
    );
  }

  async head(key: LogKey, epoch: number): Promise<HeadRecord | undefined> {
    const row = await this.#queries
      .selectFrom("attester_head")
      .selectAll()
      .where("subject", "=", fieldText(key.subject))
      .where("profile", "=", key.profile)
      .where("generation", "=", key.generation)
      .where("epoch", "=", epoch)
      .executeTakeFirst();
    return row && headOf(row);
  }

  async saveHead(key: LogKey, epoch: number, record: HeadRecord, { leaf, day }: Anchored): Promise<void> {
    await lock(this.#database, this.#queries, "days", day, { shared: true });
    if (await this.#isClosed(day)) {
      throw new VitalproofError(
        "INTAKE_TOO_LATE",
        `Day ${day}, under whose root epoch ${epoch} goes, is closed.`,
        { details: { epoch, day }, hint: "Compare the clocks of the attester's machines." },
      );
    }
    const { previous, head, receipt } = record;
    await this.#queries
      .insertInto("attester_head")
      .values({
        subject: fieldText(key.subject),
        profile: key.profile,
        generation: key.generation,
        epoch,
        previous: fieldText(previous),
        head: fieldText(head),
        leaf: fieldText(leaf),
        anchor_day: day,
        received_at: receipt?.receivedAt ?? null,
        signature: receipt?.signature ?? null,
      })
      .execute();
  }

  async leavesOf(day: number, subject?: bigint): Promise<bigint[]> {
    const heads = this.#queries.selectFrom("attester_head").select("leaf").where("anchor_day", "=", day);
    const erased = this.#queries
      .selectFrom("attester_erased_leaf")
      .select("leaf")
      .where("anchor_day", "=", day);
    // One person's are not ordered: SQLite would read the whole day in the order of leaves to find them.
    const query =
      subject === undefined
        ? heads.union(erased).orderBy("leaf")
        : heads.where("subject", "=", fieldText(subject));
    const rows = await query.execute();
    return rows.map(({ leaf }) => fieldOf(leaf));
  }

  async day(day: number): Promise<bigint[] | undefined> {
    return (await this.#isClosed(day)) ? this.leavesOf(day) : undefined;
  }

  async saveDay(day: number, root: bigint, leaves: readonly bigint[]): Promise<boolean> {
    // Waits for steps that are recording a head of this day, and keeps others from beginning.
    await lock(this.#database, this.#queries, "days", day);
    if (await this.#isClosed(day)) return true;
    if ((await this.leavesOf(day)).length !== leaves.length) return false;
    await this.#queries
      .insertInto("attester_day")
      .values({ day, root: fieldText(root), leaves: leaves.length, closed_at: this.#clock() })
      .execute();
    return true;
  }

  get #locks(): boolean {
    return this.#inStep && this.#database.locks;
  }

  async #isClosed(day: number): Promise<boolean> {
    const row = await this.#queries
      .selectFrom("attester_day")
      .select("day")
      .where("day", "=", day)
      .executeTakeFirst();
    return row !== undefined;
  }
}

function logOf(row: Tables["attester_log"]): LogRecord {
  return {
    offset: row.day_offset,
    firstEpoch: row.first_epoch,
    ...(row.last_epoch === null ? {} : { lastEpoch: row.last_epoch }),
    genesis: fieldOf(row.genesis),
    salt: fieldOf(row.salt),
    head: fieldOf(row.head),
    nextEpoch: row.next_epoch,
  };
}

function headOf({ previous, head, received_at, signature, anchor_day }: Tables["attester_head"]): HeadRecord {
  return {
    previous: fieldOf(previous),
    head: fieldOf(head),
    ...(received_at === null || signature === null
      ? {}
      : { receipt: { receivedAt: received_at, anchorDay: anchor_day, signature } }),
  };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}
