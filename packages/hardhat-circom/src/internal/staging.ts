// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CircomConfig } from "../types.ts";

const FOLDER = ".staging";

/**
 * A fresh folder for unfinished files, on the same file system as the finished ones so that renaming is atomic.
 * Its name carries the process id, so that a later run can tell what an interrupted one left behind.
 */
export async function createStaging(config: CircomConfig, label: string): Promise<string> {
  const parent = join(config.out, FOLDER);
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, `${process.pid}-${label}-`));
}

/** Removes what runs that no longer live have left. */
export async function removeStaleStaging(config: CircomConfig): Promise<void> {
  const parent = join(config.out, FOLDER);
  for (const entry of await readdir(parent).catch(() => [])) {
    const pid = Number.parseInt(entry, 10);
    if (pid === process.pid || isAlive(pid)) continue;
    // A compiler that outlived its parent may still be writing there; the run after that removes it.
    await rm(join(parent, entry), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // asks only
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
