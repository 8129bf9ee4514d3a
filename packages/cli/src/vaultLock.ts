// SPDX-License-Identifier: GPL-3.0-or-later
import { randomUUID } from "node:crypto";
import {
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import { systemCode, systemHint } from "@vitalproof/sdk/node";

const LOCK = "lock";
/** Milliseconds between two signs of life, and after how many without one a holder that cannot be seen is gone. */
const BEAT = 10_000;
const SILENCE = 60_000;
const READ_ONLY = ["EROFS", "EACCES", "EPERM"];

/** Who holds a lock. `boot`, `namespace` and `began` are known on Linux only. */
type Holder = {
  host: string;
  pid: number;
  /** Of the running kernel: a restart changes it. */
  boot?: string | undefined;
  /** Of process numbers: in another container the same number is another process. */
  namespace?: string | undefined;
  /** When the process began, in the kernel's ticks: a later process with its number differs. */
  began?: string | undefined;
  /** For people. */
  since: string;
};

export type VaultLock = { release: () => Promise<void> };

/**
 * Takes a vault's folder for this process. The lock is a folder with one file in it, which says who holds it: it is
 * renamed into place, so that it is there with its content or not at all, and a lock of a process that is gone is
 * removed by its file's own name, so that two processes cannot both take it over.
 *
 * A holder on this system is looked up by number and start. One that cannot be seen (another container or computer)
 * counts as gone after a minute without a sign of life.
 *
 * Not `proper-lockfile`: it knows a dead holder by the age of a file only, so that a command that was killed would block
 * the next one for seconds, and a busy one could lose its lock.
 *
 * @returns undefined where this process may not write to the folder: it can read there, and its writes fail
 * @throws VAULT_IN_USE; FILE_UNREADABLE
 */
export async function lockVault(folder: string): Promise<VaultLock | undefined> {
  const path = join(folder, LOCK);
  const fresh = join(folder, `.${LOCK}-${randomUUID()}`);
  const own = `${randomUUID()}.json`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(fresh, { mode: 0o700 });
  } catch (cause) {
    if (READ_ONLY.includes(systemCode(cause)) && (await isFolder(folder))) return undefined;
    throw notWritable(folder, cause);
  }
  try {
    await writeFile(join(fresh, own), JSON.stringify(await thisProcess()), { flag: "wx", mode: 0o600 });
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await renamed(fresh, path)) return held(path, own);
      await removeDead(folder, path, (await stat(join(fresh, own))).mtimeMs);
    }
  } catch (cause) {
    if (cause instanceof VitalproofError) throw cause;
    throw notWritable(folder, cause);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  throw inUse(folder, "Another command has just begun to work in it.");
}

function held(path: string, own: string): VaultLock {
  const file = join(path, own);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, BEAT);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      await rm(file, { force: true });
      // Another one may have taken it in between: then it is not empty.
      await rmdir(path).catch(() => {});
    },
  };
}

/** Puts the new lock in place if there is no other. An empty folder does not count as a lock. */
async function renamed(fresh: string, path: string): Promise<boolean> {
  try {
    await rename(fresh, path);
    return true;
  } catch (cause) {
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR", "EPERM"].includes(systemCode(cause))) return false;
    throw cause;
  }
}

/** @param now milliseconds, by the clock of the file system @throws VAULT_IN_USE */
async function removeDead(folder: string, path: string, now: number): Promise<void> {
  let files: string[];
  try {
    files = await readdir(path);
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return;
    if (systemCode(cause) !== "ENOTDIR") throw cause;
    return removeOld(folder, path);
  }
  for (const file of files) {
    const text = await readFile(join(path, file), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const holder = parsed(text);
    const { mtimeMs } = await stat(join(path, file)).catch(() => ({ mtimeMs: now }));
    if (holder !== undefined && (await isAlive(holder, now - mtimeMs))) throw inUseBy(folder, holder);
    await rm(join(path, file), { force: true });
  }
  await rmdir(path).catch(() => {});
}

/** A lock of version 1: a file with a process number. */
async function removeOld(folder: string, path: string): Promise<void> {
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  if (isRunning(pid)) throw inUse(folder, `Process ${pid} is working in it.`);
  await rm(path, { force: true });
}

/** @param silence milliseconds since its last sign of life */
async function isAlive(holder: Holder, silence: number): Promise<boolean> {
  const own = await thisProcess();
  if (holder.host === own.host) {
    if (holder.boot !== own.boot) return false;
    if (holder.namespace === own.namespace && holder.began !== undefined) {
      return (await startOf(holder.pid)) === holder.began;
    }
    if (own.boot === undefined && !isRunning(holder.pid)) return false;
  }
  return silence < SILENCE;
}

async function thisProcess(): Promise<Holder> {
  return {
    host: hostname(),
    pid: process.pid,
    boot: await readFile("/proc/sys/kernel/random/boot_id", "utf8").then(
      (text) => text.trim(),
      () => undefined,
    ),
    namespace: await readlink("/proc/self/ns/pid").catch(() => undefined),
    began: await startOf(process.pid),
    since: new Date().toISOString(),
  };
}

/** The 22nd field of the kernel's line about a process; its name, the second one, may hold blanks and brackets. */
async function startOf(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return line?.slice(line.lastIndexOf(")") + 2).split(" ")[19];
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

function parsed(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return typeof holder?.host === "string" && Number.isInteger(holder.pid) ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function inUseBy(folder: string, { host, pid, since }: Holder): VitalproofError {
  return inUse(folder, `Process ${pid} on ${host} has been working in it since ${since}.`, {
    host,
    pid,
    since,
  });
}

function inUse(folder: string, why: string, details: Record<string, string | number> = {}): VitalproofError {
  return new VitalproofError("VAULT_IN_USE", `The vault ${folder} is in use. ${why}`, {
    details: { folder, ...details },
    hint: `Wait until it is done. If you know that it is not running any more, remove the folder ${join(folder, LOCK)}.`,
  });
}

function notWritable(folder: string, cause: unknown): VitalproofError {
  return new VitalproofError("FILE_UNREADABLE", `${folder} cannot be written to (${systemCode(cause)}).`, {
    details: { folder },
    hint: systemHint(systemCode(cause)),
    cause,
  });
}
