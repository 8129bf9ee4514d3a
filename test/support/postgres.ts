// SPDX-License-Identifier: GPL-3.0-or-later
//
// A PostgreSQL server of its own in a temporary folder, on the loopback interface, for tests.
import { execFile, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "./ports.ts";

/** Memory where there is some: what is tested survives processes that are killed, not a machine. */
const PLACE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
/** Debian does not put the server's programs on the PATH. */
const FOLDER = globSync("/usr/lib/postgresql/*/bin").sort().at(-1) ?? "/usr/local/bin";
/** The server refuses to run as root, as which CI runs: then it runs as the account of Debian's package. */
const ACCOUNT = process.getuid?.() === 0 ? "postgres" : undefined;

export const HAS_POSTGRES = existsSync(join(FOLDER, "initdb"));

export interface PostgresOptions {
  /** Folder in which the server has its own; one in memory where there is one, when left out. */
  readonly place?: string;
}

export interface Postgres {
  /** Of the process that all others of the server are children of. */
  readonly pid: number;
  /** Address of a new, empty database. */
  fresh(): Promise<string>;
  /** Ends the server at once, as a power cut would; `start` starts it again. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Milliseconds until the server must answer. */
const START = 30_000;

export async function startPostgres({ place = PLACE }: PostgresOptions = {}): Promise<Postgres> {
  const folder = ownFolder(place);
  const data = join(folder, "data");
  succeed("cp", ["-a", emptyCluster(), data]);
  const port = await freePort();
  const server = `postgres://test@127.0.0.1:${port}`;
  let running: Promise<void> | undefined;
  let pid = 0;
  let databases = 0;

  const start = async (): Promise<void> => {
    const options = [
      "-D",
      data,
      "-p",
      String(port),
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      `unix_socket_directories=${folder}`,
    ];
    const [command, given] = asAccount("postgres", options);
    const child = spawn(command, given, { stdio: "ignore" });
    pid = child.pid ?? 0;
    running = new Promise((resolve) => child.on("exit", () => resolve()));
    for (const end = Date.now() + START; ; await setTimeout(50)) {
      if (await answers(port)) return;
      if (Date.now() > end) throw new Error("PostgreSQL did not start.");
    }
  };
  const end = async (mode: string): Promise<void> => {
    const [command, given] = asAccount("pg_ctl", ["-D", data, "-m", mode, "stop"]);
    spawnSync(command, given);
    await running;
  };
  await start();
  return {
    get pid() {
      return pid;
    },
    start,
    kill: () => end("immediate"),
    async fresh() {
      const name = `test${++databases}`;
      await run("createdb", ["-h", "127.0.0.1", "-p", String(port), "-U", "test", "-w", name]);
      return `${server}/${name}`;
    },
    async stop() {
      await end("fast");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of the server's account, and nobody else's. */
function ownFolder(place: string): string {
  const folder = mkdtempSync(join(place, "vitalproof-postgres-"));
  if (ACCOUNT !== undefined) {
    const [uid, gid] = ["-u", "-g"].map((flag) => Number(spawnSync("id", [flag, ACCOUNT]).stdout));
    chownSync(folder, uid!, gid!);
  }
  chmodSync(folder, 0o700);
  return folder;
}

let empty: string | undefined;

/** What `initdb` makes, once in a process: a copy takes a twentieth of the time. */
function emptyCluster(): string {
  if (empty !== undefined) return empty;
  const folder = ownFolder(PLACE);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  succeed(...asAccount("initdb", ["-D", data, "-U", "test", "--auth=trust", "--no-sync", "-E", "UTF8"]));
  empty = data;
  return data;
}

function succeed(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
}

function asAccount(program: string, args: readonly string[]): [string, string[]] {
  const path = join(FOLDER, program);
  if (ACCOUNT === undefined) return [path, [...args]];
  return ["setpriv", [`--reuid=${ACCOUNT}`, `--regid=${ACCOUNT}`, "--clear-groups", path, ...args]];
}

async function answers(port: number): Promise<boolean> {
  return run("pg_isready", ["-h", "127.0.0.1", "-p", String(port), "-t", "2"]).then(
    () => true,
    () => false,
  );
}

/** One of the server's own programs, so that this file needs no client. */
function run(program: string, args: readonly string[]): Promise<unknown> {
  return promisify(execFile)(join(FOLDER, program), [...args]);
}
