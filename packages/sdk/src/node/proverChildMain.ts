// SPDX-License-Identifier: GPL-3.0-or-later
// The program of every child process that proves: one request after the other, each answered with progress and one result,
// until it is killed. What it has loaded of a circuit it keeps for the next request.
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FileLike, firstLine, type ProofRunResult, runSnarkjs } from "../prove/snarkjs.ts";
import { calculateWitness } from "../prove/witnessCalculator.ts";
import {
  type ChildMessage,
  type ChildRequest,
  type ChildResult,
  NATIVE_FILES,
  type NativeEnd,
  type NativeRun,
} from "./childProtocol.ts";
import { nativeEnvironment } from "./nativeEnvironment.ts";

type Loaded = { wasm: WebAssembly.Module; zkey: FileLike };

/** Proving turns to other work between its steps; the parent hears of the memory at about this distance. */
const MEMORY_EVERY_MS = 200;

const kept = new Map<string, Loaded>();
const folders = new Set<string>();
let running: ChildProcess | undefined;

const send = (message: ChildMessage): void => {
  process.send?.(message);
};
const phase = (name: "witness" | "proof", detail?: string): void =>
  send({ type: "progress", phase: name, detail });

process.on("message", (request: ChildRequest) => {
  void answer(request).then(send);
});

// Without a parent nobody would end the worker threads, a native prover, or remove its witness.
process.once("disconnect", () => {
  running?.kill("SIGKILL");
  // A file may be about to be written while the folder is being removed.
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  if (folders.size > 0) killGroup();
  process.exit(0);
});

async function answer(request: ChildRequest): Promise<ChildResult> {
  const { native, input } = request;
  if (native !== undefined) folders.add(native.folder);
  const failed = (step: "witness" | "proof", message: string): ChildResult => ({
    type: "result",
    result: { ok: false, phase: step, message },
  });
  let loaded: Loaded;
  try {
    loaded = await load(request);
  } catch (error) {
    return failed("proof", firstLine(error));
  }
  if (native === undefined) {
    const reporting = setInterval(
      () => send({ type: "memory", rss: process.memoryUsage.rss() }),
      MEMORY_EVERY_MS,
    );
    const result: ProofRunResult = await runSnarkjs({ ...loaded, input, onPhase: phase });
    clearInterval(reporting);
    send({ type: "memory", rss: process.memoryUsage.rss() });
    return { type: "result", result };
  }
  let witness: Uint8Array;
  try {
    phase("witness");
    witness = await calculateWitness(loaded.wasm, input);
  } catch (error) {
    return failed("witness", firstLine(error));
  }
  try {
    const zkey = await writeInputs(loaded.zkey, witness, native);
    phase("proof");
    return { type: "native", end: await runNative(zkey, native) };
  } catch (error) {
    return failed("proof", firstLine(error));
  }
}

/** Compiled once, read once. A key that a native prover reads from the disk stays there. */
async function load({ circuit, files, forget, native }: ChildRequest): Promise<Loaded> {
  for (const name of forget ?? []) kept.delete(name);
  const known = kept.get(circuit);
  if (known !== undefined) return known;
  if (files === undefined) throw new Error("the circuit is not loaded");
  const [wasm, zkey] = await Promise.all([
    bytesOf(files.wasm).then((bytes) => WebAssembly.compile(bytes)),
    native === undefined ? bytesOf(files.zkey) : files.zkey,
  ]);
  const loaded = { wasm, zkey };
  kept.set(circuit, loaded);
  return loaded;
}

async function bytesOf(file: FileLike): Promise<Uint8Array<ArrayBuffer>> {
  return (typeof file === "string" ? await readFile(file) : file) as Uint8Array<ArrayBuffer>;
}

/** @returns the path of the key */
async function writeInputs(zkey: FileLike, witness: Uint8Array, { folder }: NativeRun): Promise<string> {
  const options = { mode: 0o600, flag: "wx" };
  await writeFile(join(folder, NATIVE_FILES.witness), witness, options);
  if (typeof zkey === "string") return zkey;
  await writeFile(join(folder, NATIVE_FILES.zkey), zkey, options);
  return join(folder, NATIVE_FILES.zkey);
}

function runNative(zkey: string, { binary, folder }: NativeRun): Promise<NativeEnd> {
  const { witness, proof, publics } = NATIVE_FILES;
  return new Promise((resolve) => {
    const run = spawn(binary, [zkey, ...[witness, proof, publics].map((name) => join(folder, name))], {
      cwd: folder,
      env: nativeEnvironment(),
      stdio: "ignore",
    });
    running = run;
    run.once("error", (error) =>
      resolve({ started: false, system: (error as NodeJS.ErrnoException).code ?? "" }),
    );
    run.once("exit", (code, signal) => resolve({ started: true, code, signal }));
  });
}

/** This process and what it started; it leads their group. */
function killGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // There are no groups on this system.
  }
}
