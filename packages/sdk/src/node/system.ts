// SPDX-License-Identifier: GPL-3.0-or-later
import { randomUUID } from "node:crypto";
import { link, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full. Make space and try again.",
  EDQUOT: "Your share of the disk is used up. Make space and try again.",
  EROFS: "The disk is read-only. Choose another place.",
  EACCES: "Check who may read and write there.",
  EPERM: "Check who may read and write there.",
  ENOENT: "Check the path: the file, or a folder on the way to it, does not exist.",
  ENOTDIR: "Check the path: a part of it is a file.",
  EISDIR: "Name a file: this is a folder.",
  EFBIG: "The file is larger than the system allows.",
  EMFILE: "Too many files are open. Close other programs and try again.",
  EIO: "The disk reports an error. Check it before you go on.",
};

/** The system's code for a failure, such as ENOSPC. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}

/** What to do about a failure of the system. */
export function systemHint(code: string): string {
  return HINTS[code] ?? "Check the path and who may read and write there.";
}

/**
 * Writes a file as a whole or not at all, readable by its owner only: into a new file next to it, to the disk, and then
 * into place. A failure leaves what was there before, and nothing else.
 *
 * @param options `replace`: a file that is there is replaced; otherwise EEXIST is thrown
 */
export async function writeWhole(
  path: string,
  text: string,
  { replace }: { replace: boolean },
): Promise<void> {
  const target = replace ? await realpath(path).catch(() => path) : path;
  // What is not a file, such as /dev/stdout, cannot be replaced.
  if (replace && (await isOther(target))) return writeFile(target, text);
  return writeNext(target, text, replace);
}

async function isOther(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isFile(),
    () => false,
  );
}

async function writeNext(path: string, text: string, replace: boolean): Promise<void> {
  const fresh = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(fresh, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replace) await rename(fresh, path);
    else await placeNew(fresh, path);
    await syncFolder(dirname(path));
  } finally {
    await rm(fresh, { force: true });
  }
}

/** A link fails where there is a file, in one step; a file system without links gets a check before the renaming. */
async function placeNew(fresh: string, path: string): Promise<void> {
  try {
    await link(fresh, path);
  } catch (cause) {
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(systemCode(cause))) throw cause;
    await (await open(path, "wx", 0o600)).close();
    await rename(fresh, path);
  }
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
    if (!["EISDIR", "EPERM", "EINVAL"].includes(systemCode(error))) throw error;
  }
}
