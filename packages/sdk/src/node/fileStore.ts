// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { VitalproofError } from "../errors.ts";
import type { VaultBackend } from "../store.ts";
import { systemCode, systemHint, writeWhole } from "./system.ts";

const KEY = /^[a-z0-9][a-zA-Z0-9._-]*(\/[a-zA-Z0-9][a-zA-Z0-9._-]*)*$/;

/**
 * A store in a folder, one file per key, readable by its owner only. A write goes to a new file next to the old one, to
 * the disk, and then into place, so that a crash leaves the old text or the new one.
 *
 * @param folder is made when it does not exist
 */
export function fileStore(folder: string): VaultBackend {
  const root = resolve(folder);
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) {
      throw new VitalproofError("INVALID_ARGUMENT", `"${key}" is not a valid key of a store.`, {
        details: { key },
        hint: "Use letters, digits, dots, dashes and underscores between slashes.",
      });
    }
    return `${join(root, ...key.split("/"))}.json`;
  };
  return {
    async read(key) {
      try {
        return await readFile(pathOf(key), "utf8");
      } catch (error) {
        if (systemCode(error) === "ENOENT") return undefined;
        throw failed("read", key, error);
      }
    },
    async write(key, text) {
      const path = pathOf(key);
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeWhole(path, text, { replace: true });
      } catch (error) {
        throw failed("written", key, error);
      }
    },
    async keys(prefix) {
      // The deepest folder that holds them all: an attester's store has tens of thousands of files.
      const start = join(root, ...prefix.split("/").slice(0, -1));
      let files: string[];
      try {
        files = await readdir(start, { recursive: true });
      } catch (error) {
        if (systemCode(error) === "ENOENT") return [];
        throw failed("listed", prefix, error);
      }
      return files
        .filter((file) => file.endsWith(".json"))
        .map((file) => relative(root, join(start, file)).slice(0, -".json".length).split(sep).join("/"))
        .filter((key) => key.startsWith(prefix));
    },
    async remove(key) {
      try {
        await rm(pathOf(key), { force: true });
      } catch (error) {
        throw failed("removed", key, error);
      }
    },
  };
}

function failed(what: string, key: string, cause: unknown): VitalproofError {
  if (cause instanceof VitalproofError) return cause;
  const system = systemCode(cause);
  return new VitalproofError("STORE_FAILED", `"${key}" cannot be ${what} (${system}).`, {
    details: { key, system },
    hint: systemHint(system),
    cause,
  });
}
