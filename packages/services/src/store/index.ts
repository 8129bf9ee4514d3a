// SPDX-License-Identifier: GPL-3.0-or-later
export { backup, type Copied, restore } from "./backup.ts";
export { fileOf, openDatabase } from "./database.ts";
export { lock } from "./locks.ts";
export { assertCurrent, migrate, type SchemaState, schemaState } from "./migrate.ts";
export { assertStoreOf } from "./owner.ts";
export { fieldOf, fieldText, type Tables } from "./tables.ts";
export type { Database, Queries } from "./types.ts";
