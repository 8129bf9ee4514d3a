// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Addresses that Ignition has recorded in a deployment's folder, by future. */
export function deployedAddresses(folder: string | undefined): Readonly<Record<string, string>> {
  if (folder === undefined) return {};
  const path = join(folder, "deployed_addresses.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}
