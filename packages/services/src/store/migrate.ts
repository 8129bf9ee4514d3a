// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { type Migration, Migrator, sql } from "kysely";
import * as m0001Attester from "./migrations/m0001Attester.ts";
import * as m0002Chain from "./migrations/m0002Chain.ts";
import * as m0003Relayer from "./migrations/m0003Relayer.ts";
import * as m0004Sealed from "./migrations/m0004Sealed.ts";
import * as m0005Gateway from "./migrations/m0005Gateway.ts";
import * as m0006GatewayClaims from "./migrations/m0006GatewayClaims.ts";
import * as m0007Alerts from "./migrations/m0007Alerts.ts";
import * as m0008PersonLeaves from "./migrations/m0008PersonLeaves.ts";
import * as m0009AttesterErasure from "./migrations/m0009AttesterErasure.ts";
import type { Database, Queries } from "./types.ts";

/** By name, in order. One that was released never changes. */
const MIGRATIONS: Record<string, Migration> = {
  "0001-attester": m0001Attester,
  "0002-chain": m0002Chain,
  "0003-relayer": m0003Relayer,
  "0004-sealed": m0004Sealed,
  "0005-gateway": m0005Gateway,
  "0006-gateway-claims": m0006GatewayClaims,
  "0007-alerts": m0007Alerts,
  "0008-person-leaves": m0008PersonLeaves,
  "0009-attester-erasure": m0009AttesterErasure,
};

/** Kysely's table of the migrations that were made. */
const MADE = "kysely_migration";

/** What the schema of a store is, and what this program expects. */
export interface SchemaState {
  /** Names of the migrations that the store lacks, in order. */
  readonly missing: readonly string[];
}

/**
 * Brings a store's schema up to date, in one transaction.
 * @param to name of the last migration to make; all when left out
 * @returns the names of those that were made
 * @throws STORE_FAILED for a store that a newer program wrote, or when one fails: then nothing has changed
 */
export async function migrate(database: Database, to?: string): Promise<string[]> {
  return database.migrating(async (db) => {
    await assertKnown(db);
    const migrator = migratorOf(db);
    const { error, results = [] } =
      to === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(to);
    if (error === undefined) return results.map(({ migrationName }) => migrationName);
    const migration = results.find(({ status }) => status === "Error")?.migrationName;
    throw new VitalproofError("STORE_FAILED", "A migration of the store failed. Nothing was changed.", {
      details: migration === undefined ? {} : { migration },
      hint: "The cause says why. Mend it and migrate again, or restore the backup.",
      cause: error,
    });
  });
}

/** @throws STORE_FAILED for a store that a newer program wrote */
export async function schemaState(database: Database): Promise<SchemaState> {
  return database.migrating(async (db) => {
    await assertKnown(db);
    const migrations = await migratorOf(db).getMigrations();
    return {
      missing: migrations.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name),
    };
  });
}

/** @throws STORE_FAILED for a store whose schema is not this program's, older or newer */
export async function assertCurrent(database: Database): Promise<void> {
  const { missing } = await schemaState(database);
  if (missing.length === 0) return;
  throw new VitalproofError("STORE_FAILED", "The store's schema is older than this program.", {
    details: { migration: missing[0]! },
    hint: "Do this with the version that wrote it, or bring it up to date with `migrate`.",
  });
}

/** @throws STORE_FAILED when the store has migrations that this program does not know */
async function assertKnown(db: Queries): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === MADE)) return;
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MADE)}`.execute(db);
  const unknown = rows.map(({ name }) => name).filter((name) => !(name in MIGRATIONS));
  if (unknown.length === 0) return;
  throw new VitalproofError("STORE_FAILED", "The store's schema is newer than this program.", {
    details: { migration: unknown[0]! },
    hint: "Use the version that wrote it, or restore the backup from before the upgrade.",
  });
}

function migratorOf(db: Queries): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
}
