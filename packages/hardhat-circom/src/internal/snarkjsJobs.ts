// SPDX-License-Identifier: GPL-3.0-or-later
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { workerUrl } from "./workerUrl.ts";

export type SnarkjsJob =
  | { readonly kind: "export"; readonly zkey: string }
  | { readonly kind: "verify"; readonly r1cs: string; readonly ptau: string; readonly zkey: string }
  | { readonly kind: "powers"; readonly ptau: string }
  | { readonly kind: "setup"; readonly r1cs: string; readonly ptau: string; readonly to: string }
  | { readonly kind: "contribute"; readonly from: string; readonly to: string; readonly name: string }
  | {
      readonly kind: "beacon";
      readonly from: string;
      readonly to: string;
      readonly name: string;
      readonly value: string;
      readonly iterationsExp: number;
    };

interface SnarkjsExport {
  readonly kind: "export";
  readonly verificationKey: string;
  readonly solidity: string;
}

/** Of every other job: whether snarkjs said yes, and what it said. */
interface SnarkjsVerdict {
  readonly kind: Exclude<SnarkjsJob["kind"], "export">;
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

export type SnarkjsReply =
  | SnarkjsExport
  | SnarkjsVerdict
  | { readonly kind: "error"; readonly message: string };

type ReplyTo<K extends SnarkjsJob["kind"]> = K extends "export" ? SnarkjsExport : SnarkjsVerdict;

/** How often a job is begun whose process leaves without an answer. */
const TRIES = 3;

/** Runs one job of snarkjs in a process that ends with it. */
export async function runSnarkjs<K extends SnarkjsJob["kind"]>(
  job: Extract<SnarkjsJob, { kind: K }>,
): Promise<ReplyTo<K>> {
  const reply = await answered(() => ask(job));
  if (reply.kind === "error") throw new Error(reply.message);
  if (reply.kind !== job.kind) throw new Error(`snarkjs answered ${reply.kind} to ${job.kind}`);
  return reply as ReplyTo<K>;
}

/**
 * Three of 14 processes were seen to leave with code 0 and no answer, on a busy machine; why is not known. That decides nothing
 * about the job, which is begun again.
 * @param ask gives undefined when the process left without an answer
 */
export async function answered<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let left = TRIES - 1; ; left--) {
    const reply = await ask();
    if (reply !== undefined) return reply;
    if (left === 0) throw new Error(`snarkjs left ${TRIES} times without an answer`);
  }
}

/** @returns undefined when the process left without an answer */
function ask(job: SnarkjsJob): Promise<SnarkjsReply | undefined> {
  return new Promise((done, fail) => {
    const child = fork(fileURLToPath(workerUrl("snarkjsChild", import.meta.url)), {
      // The child does not need the caller's loaders (a TypeScript runner, a debugger).
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const complaints: Buffer[] = [];
    child.stderr?.on("data", (chunk: Buffer) => complaints.push(chunk));
    child.once("message", (message) => done(message as SnarkjsReply));
    child.once("error", fail);
    child.once("close", (code, signal) => {
      if (code === 0) return done(undefined);
      const text = Buffer.concat(complaints).toString("utf8").trim();
      fail(new Error(`snarkjs ended with ${signal ?? `code ${code}`}${text === "" ? "" : `: ${text}`}`));
    });
    child.send(job);
  });
}
