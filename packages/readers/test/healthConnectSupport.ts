// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A database with the tables and columns of Android's module that hold readings, and two apps and devices. */
export const HEALTH_CONNECT_SCHEMA = `
  CREATE TABLE application_info_table (row_id INTEGER PRIMARY KEY, package_name TEXT, app_name TEXT);
  CREATE TABLE device_info_table (row_id INTEGER PRIMARY KEY, manufacturer TEXT, model TEXT, device_type INTEGER);
  CREATE TABLE heart_rate_record_table (row_id INTEGER PRIMARY KEY, uuid BLOB, app_info_id INTEGER, device_info_id INTEGER,
    recording_method INTEGER, start_time INTEGER, end_time INTEGER, local_date INTEGER);
  CREATE TABLE heart_rate_record_series_table (parent_key INTEGER, beats_per_minute INTEGER, epoch_millis INTEGER);
  CREATE TABLE oxygen_saturation_record_table (row_id INTEGER PRIMARY KEY, app_info_id INTEGER, device_info_id INTEGER,
    recording_method INTEGER, time INTEGER, percentage REAL);
  CREATE TABLE blood_glucose_record_table (row_id INTEGER PRIMARY KEY, app_info_id INTEGER, device_info_id INTEGER,
    recording_method INTEGER, time INTEGER, level REAL, specimen_source INTEGER);
  INSERT INTO application_info_table VALUES (1, 'com.sec.android.app.shealth', 'Samsung Health'), (2, 'com.example.diary', '');
  INSERT INTO device_info_table VALUES (1, 'samsung', 'SM-R900', 1), (2, NULL, NULL, 0);
`;

/** The bytes of a database that these statements make. */
export function databaseOf(sql: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-test-"));
  try {
    const database = new DatabaseSync(join(folder, "made.db"));
    database.exec(sql);
    database.close();
    return readFileSync(join(folder, "made.db"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
