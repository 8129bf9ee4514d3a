// SPDX-License-Identifier: GPL-3.0-or-later
export { backup, type Copied, restore } from "./backup.ts";
export { type Database, openDatabase, type Queries } from "./database.ts";
export { migrate, type SchemaState, schemaState } from "./migrate.ts";
export { fieldOf, fieldText, type Tables } from "./tables.ts";
