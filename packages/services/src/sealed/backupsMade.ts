// SPDX-License-Identifier: GPL-3.0-or-later
import { randomUUID } from "node:crypto";
import { assertCurrent, backup, type Copied, type Database, type Queries } from "../store/index.ts";

/** A backup that holds the wrapped keys of everyone who had one when it was made. Times are Unix seconds. */
export type BackupMade = {
  readonly id: string;
  /** When it began. */
  readonly madeAt: number;
  /** As the operator calls it: one line, such as a path. */
  readonly place: string;
  /** When it will be gone. */
  readonly keptUntil: number;
};

/**
 * Makes a backup and keeps in mind until when it exists. It is noted before it is made, so that after a crash it counts as
 * made; `backupGone` corrects that.
 * @throws as `backup`
 */
export async function notedBackup(
  database: Database,
  path: string,
  { clock, keptUntil, place = path }: { clock: () => number; keptUntil: number; place?: string },
): Promise<{ readonly copied: Copied; readonly made: BackupMade }> {
  await assertCurrent(database);
  const made = await noteBackup(database, { madeAt: clock(), place, keptUntil });
  try {
    const copied = await backup(database, path);
    await backupEnded(database, made.id, clock());
    return { copied, made };
  } catch (error) {
    await backupGone(database, made.id);
    throw error;
  }
}

/** Notes a backup that something else makes, such as `pg_dump`: before it begins. `backupEnded` follows it. */
export async function noteBackup(
  database: Database,
  { madeAt, place, keptUntil }: Omit<BackupMade, "id">,
): Promise<BackupMade> {
  const id = randomUUID();
  await database.step((queries) =>
    queries
      .insertInto("backup_made")
      .values({ id, made_at: madeAt, place, ended_at: null, kept_until: keptUntil })
      .execute(),
  );
  return { id, madeAt, place, keptUntil };
}

/** A backup has nothing of later times. Until this is said it may hold anyone. @param at Unix seconds */
export async function backupEnded(database: Database, id: string, at: number): Promise<void> {
  await database.step((queries) =>
    queries.updateTable("backup_made").set({ ended_at: at }).where("id", "=", id).execute(),
  );
}

/** A backup does not exist any more, or never did. */
export async function backupGone(database: Database, id: string): Promise<void> {
  await database.step((queries) => queries.deleteFrom("backup_made").where("id", "=", id).execute());
}

/** Backups that have the wrapped key of a person who was created at one time and is erased at another. */
export async function backupsWith(
  queries: Queries,
  { createdAt, erasedAt }: { createdAt: number; erasedAt: number },
): Promise<BackupMade[]> {
  const rows = await queries
    .selectFrom("backup_made")
    .selectAll()
    .where("kept_until", ">", erasedAt)
    .orderBy("made_at")
    .orderBy("id")
    .execute();
  return rows
    .filter(({ ended_at }) => ended_at === null || ended_at >= createdAt)
    .map(({ id, made_at, place, kept_until }) => ({ id, madeAt: made_at, place, keptUntil: kept_until }));
}
