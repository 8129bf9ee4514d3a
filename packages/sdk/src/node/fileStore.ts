// SPDX-License-Identifier: GPL-3.0-or-later
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { VitalproofError } from "../errors.ts";
import type { Store } from "../store.ts";

const KEY = /^[a-z0-9][a-zA-Z0-9._-]*(\/[a-zA-Z0-9][a-zA-Z0-9._-]*)*$/;

/**
 * A store in a folder, one file per key, readable by its owner only. A write goes to a new file beside the old one, to
 * the disk, and then into place, so that a crash leaves the old text or the new one.
 *
 * @param folder is made when it does not exist
 */
export function fileStore(folder: string): Store {
  const root = resolve(folder);
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) {
      throw new VitalproofError("INVALID_ARGUMENT", `"${key}" is no key of a store.`, {
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
        if (isCode(error, "ENOENT")) return undefined;
        throw failed("read", key, error);
      }
    },
    async write(key, text) {
      const path = pathOf(key);
      const fresh = `${path}.${randomUUID()}.tmp`;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const file = await open(fresh, "wx", 0o600);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(fresh, path);
        await syncFolder(dirname(path));
      } catch (error) {
        await rm(fresh, { force: true });
        throw failed("written", key, error);
      }
    },
    async keys(prefix) {
      let files: string[];
      try {
        files = await readdir(root, { recursive: true });
      } catch (error) {
        if (isCode(error, "ENOENT")) return [];
        throw failed("listed", prefix, error);
      }
      return files
        .filter((file) => file.endsWith(".json"))
        .map((file) => relative(root, join(root, file)).slice(0, -".json".length).split(sep).join("/"))
        .filter((key) => key.startsWith(prefix));
    },
  };
}

/** Makes the renaming itself durable; folders cannot be synced on every system. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isCode(error, "EISDIR") && !isCode(error, "EPERM") && !isCode(error, "EINVAL")) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function failed(what: string, key: string, cause: unknown): VitalproofError {
  if (cause instanceof VitalproofError) return cause;
  return new VitalproofError("STORE_FAILED", `"${key}" cannot be ${what}.`, {
    details: { key, system: cause instanceof Error && "code" in cause ? String(cause.code) : undefined },
    hint: "Check that the folder exists, has space and belongs to you.",
    cause,
  });
}
