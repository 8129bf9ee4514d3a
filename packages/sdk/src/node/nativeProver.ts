// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, lstat, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Artifacts } from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";
import { type Proof, proofFromSnarkjs, type SnarkjsProof } from "../prove/proof.ts";
import { assertPublicInputs, type ProveOptions, type Prover } from "../prove/prover.ts";
import { aborted, resultOf } from "../prove/snarkjsProver.ts";
import { verifyProof } from "../prove/verify.ts";
import type { Witness } from "../witness/witness.ts";
import { type ChildResult, NATIVE_FILES, type NativeEnd } from "./childProtocol.ts";
import { childDied } from "./childProver.ts";
import { nativeEnvironment } from "./nativeEnvironment.ts";
import { ChildDied, ProverChild } from "./proverChild.ts";

export type NativeProverOptions = {
  /** Path of a program with rapidsnark's command line; else that in the variable VITALPROOF_RAPIDSNARK. */
  binary?: string;
  /** Proves when the program does not: it crashed, took too long, or gave no proof or a wrong one. */
  fallback?: Prover;
  /** Hears why the fallback proves. */
  onFallback?: (reason: VitalproofError) => void;
  /** For witness and proof together; five minutes when left out. */
  timeoutMs?: number;
  /** Where the witness is while the program runs, in a folder of its own; the system's folder for such files when left out. */
  temporary?: string;
};

/** What can be said about a program that has no way to tell its version. */
export type NativeProverInfo = {
  path: string;
  /** Of the file, hex. */
  sha256: string;
  /** What it says of itself, or how it says that it is used; absent when it says nothing. */
  banner?: string;
};

export type NativeProver = Prover & {
  readonly binary: string;
  /** @throws NATIVE_PROVER_UNUSABLE */
  describe(): Promise<NativeProverInfo>;
};

const VARIABLE = "VITALPROOF_RAPIDSNARK";
const HINT = `Install rapidsnark and name its prover in ${VARIABLE}, or leave it out to prove with snarkjs.`;
const DEFAULT_TIMEOUT_MS = 300_000;
const BANNER_TIMEOUT_MS = 5_000;
const MAX_BANNER_BYTES = 4_096;
const MAX_BANNER_LENGTH = 160;
/** rapidsnark writes about 800 bytes of proof and 80 per public input. */
const MAX_OUTPUT_BYTES = 65_536;

/**
 * Proves with a native program that the user has installed: rapidsnark, or what takes its four arguments. The witness is
 * computed in a process of its own and handed over in a folder that only this user can open, which is removed whatever
 * happens; neither arguments nor environment hold any of it, and nothing that the program prints is read. Every proof is
 * verified here before it is returned.
 *
 * @throws NATIVE_PROVER_UNUSABLE when no program is configured; its `prove` throws WITNESS_REJECTED and ABORTED as every
 *         prover, and, without a fallback, NATIVE_PROVER_UNUSABLE, NATIVE_PROVER_FAILED, NATIVE_PROVER_TIMEOUT,
 *         PROOF_MALFORMED, WITNESS_MISMATCH, PROOF_INVALID, PROVING_FAILED
 */
export function nativeProver(options: NativeProverOptions = {}): NativeProver {
  const { fallback, onFallback, timeoutMs = DEFAULT_TIMEOUT_MS, temporary = tmpdir() } = options;
  const chosen = options.binary ?? process.env[VARIABLE];
  if (chosen === undefined || chosen === "") {
    throw new VitalproofError("NATIVE_PROVER_UNUSABLE", "No native prover is configured.", { hint: HINT });
  }
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 0x7fffffff) {
    throw new VitalproofError("INVALID_ARGUMENT", `${timeoutMs} is not a valid time limit.`, {
      details: { timeoutMs },
      hint: "Pass a whole number of milliseconds.",
    });
  }
  const binary = resolve(chosen);
  return {
    binary,
    describe: () => describe(binary),
    async prove(artifacts, witness, run = {}) {
      const started = Date.now();
      try {
        return await proveNatively(binary, artifacts, witness, run, { timeoutMs, temporary });
      } catch (caught) {
        const error = caught instanceof VitalproofError ? caught : failedHere(artifacts.circuit, caught);
        // Other inputs would be needed, or nobody wants the proof any more.
        const final = error.code === "WITNESS_REJECTED" || error.code === "ABORTED";
        if (final || fallback === undefined) throw error;
        onFallback?.(error);
        const detail = `falling back from the native prover: ${error.code}`;
        run.onProgress?.({ phase: "witness", detail, elapsedMs: Date.now() - started });
        return fallback.prove(artifacts, witness, run);
      }
    },
  };
}

async function proveNatively(
  binary: string,
  artifacts: Artifacts,
  witness: Witness,
  { signal, onProgress }: ProveOptions,
  { timeoutMs, temporary }: { timeoutMs: number; temporary: string },
): Promise<{ proof: Proof; publicInputs: bigint[] }> {
  const { circuit, wasm, zkey } = artifacts;
  if (signal?.aborted) throw aborted(circuit);
  await assertRunnable(binary);
  // Node makes it with mode 0700.
  const folder = await mkdtemp(join(temporary, "vitalproof-native-"));
  const child = new ProverChild({ group: true });
  const stop = (): void => child.kill();
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill();
  }, timeoutMs);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const files = { wasm, zkey: typeof zkey === "string" ? resolve(zkey) : zkey };
    const request = { circuit, files, input: witness.circuitInput(), native: { binary, folder } };
    const answer = await child.run(request, onProgress);
    clearTimeout(limit);
    assertEnded(circuit, binary, answer);
    const proof = proofFromSnarkjs((await outputOf(folder, NATIVE_FILES.proof)) as SnarkjsProof);
    const publicInputs = publicsOf(await outputOf(folder, NATIVE_FILES.publics));
    assertPublicInputs(witness, publicInputs);
    verifyProof(artifacts.verificationKey, publicInputs, proof);
    return { proof, publicInputs };
  } catch (error) {
    if (signal?.aborted) throw aborted(circuit);
    if (late) throw tooLate(circuit, timeoutMs);
    if (error instanceof ChildDied) throw childDied(circuit, error);
    throw error;
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", stop);
    child.kill();
    await child.ended;
    // What was killed may take a moment to let go of its files.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function assertEnded(circuit: string, binary: string, answer: ChildResult): void {
  if (answer.type === "result") {
    resultOf(circuit, answer.result);
    return;
  }
  const { end } = answer;
  if (!end.started) throw unusable(binary, `it cannot be started (${end.system})`);
  if (end.code === 0) return;
  throw failed(`The native prover ended ${wayOf(end)}.`, {
    circuit,
    code: end.code ?? undefined,
    signal: end.signal ?? undefined,
  });
}

function wayOf({ code, signal }: Extract<NativeEnd, { started: true }>): string {
  return signal === null ? `with code ${code}` : `on signal ${signal}`;
}

/** A file that the program should have written: a regular one, of a size that it may have, with JSON in it. */
async function outputOf(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name);
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) throw failed(`The native prover did not write ${name}.`, { file: name });
  if (!found.isFile() || found.size > MAX_OUTPUT_BYTES) {
    throw failed(`The native prover's ${name} is not a file of at most ${MAX_OUTPUT_BYTES} bytes.`, {
      file: name,
      bytes: found.size,
    });
  }
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // JSON.parse quotes what it does not understand, and that may be anything.
  }
  throw malformed(name);
}

function publicsOf(value: unknown): bigint[] {
  if (!Array.isArray(value)) throw malformed(NATIVE_FILES.publics);
  return value.map((each: unknown) => {
    if (typeof each !== "string" || !/^\d{1,78}$/.test(each)) throw malformed(NATIVE_FILES.publics);
    return BigInt(each);
  });
}

async function assertRunnable(binary: string): Promise<void> {
  const found = await stat(binary).catch((error: NodeJS.ErrnoException) => error.code ?? "unknown");
  if (typeof found === "string") throw unusable(binary, `it cannot be found (${found})`);
  if (!found.isFile()) throw unusable(binary, "it is not a file");
  await access(binary, constants.X_OK).catch(() => {
    throw unusable(binary, "it is not executable");
  });
}

/**
 * rapidsnark's command line has no option for its version: whatever is wrong with the arguments, it prints how it is used.
 * A program that does answer `--version` is shown with its answer.
 */
async function describe(binary: string): Promise<NativeProverInfo> {
  await assertRunnable(binary);
  const hash = createHash("sha256");
  await pipeline(createReadStream(binary), hash).catch(() => {
    throw unusable(binary, "it cannot be read");
  });
  return { path: binary, sha256: hash.digest("hex"), banner: await bannerOf(binary) };
}

function bannerOf(binary: string): Promise<string | undefined> {
  return new Promise((resolveBanner) => {
    let text = "";
    const run = spawn(binary, ["--version"], {
      cwd: tmpdir(),
      env: nativeEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const finish = (): void => {
      clearTimeout(limit);
      run.stdout.destroy();
      run.stderr.destroy();
      run.kill("SIGKILL");
      resolveBanner(bannerLine(text));
    };
    const limit = setTimeout(finish, BANNER_TIMEOUT_MS);
    for (const stream of [run.stdout, run.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
        if (text.length > MAX_BANNER_BYTES) finish();
      });
    }
    run.once("error", finish);
    run.once("close", finish);
  });
}

/** The line that names a version, else the one that says how the program is used, else the first. Printable text alone. */
function bannerLine(text: string): string | undefined {
  const lines = text
    .slice(0, MAX_BANNER_BYTES)
    .split("\n")
    .map((line) => line.replaceAll(/[^\x20-\x7e]/g, "").trim())
    .filter((line) => line !== "");
  const line =
    lines.find((each) => /\d+\.\d+/.test(each)) ?? lines.find((each) => /usage/i.test(each)) ?? lines[0];
  return line?.slice(0, MAX_BANNER_LENGTH);
}

function unusable(binary: string, why: string): VitalproofError {
  return new VitalproofError(
    "NATIVE_PROVER_UNUSABLE",
    `The native prover ${binary} cannot be used: ${why}.`,
    {
      details: { binary },
      hint: HINT,
    },
  );
}

function failed(message: string, details: Record<string, string | number | undefined>): VitalproofError {
  return new VitalproofError("NATIVE_PROVER_FAILED", message, {
    details,
    hint: "Check that it is rapidsnark's prover, and of a version that reads this key.",
  });
}

function tooLate(circuit: string, timeoutMs: number): VitalproofError {
  return new VitalproofError(
    "NATIVE_PROVER_TIMEOUT",
    `The native prover gave no proof of ${circuit} in ${timeoutMs} ms.`,
    {
      details: { circuit, timeoutMs },
      hint: "Allow it more time, or prove on a machine that does less else.",
    },
  );
}

function malformed(file: string): VitalproofError {
  return new VitalproofError(
    "PROOF_MALFORMED",
    `${file} of the native prover is not in the form that rapidsnark writes.`,
    {
      details: { file },
    },
  );
}

/** The disk, mostly. The system's message names paths, so that it is the cause and not the text. */
function failedHere(circuit: string, cause: unknown): VitalproofError {
  const system = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  return new VitalproofError(
    "PROVING_FAILED",
    `Proving ${circuit} failed: its files cannot be written (${system}).`,
    {
      details: { circuit, system },
      hint: "Check that the folder for temporary files exists and has space.",
      cause,
    },
  );
}
