// SPDX-License-Identifier: GPL-3.0-or-later
//
// A process that proves what a queue gives it, as another machine of a gateway does. It loads, says "ready", begins when told
// to, and says what it took when told to end.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { prove } from "@vitalproof/sdk";
import { proverPool } from "@vitalproof/sdk/node";
import { workOn } from "@vitalproof/services";
import { proofArtifacts } from "./circuits.ts";
import { witnessOf } from "./witness.ts";

export type ProofStep = { readonly period: number };

export interface WorkerJob {
  readonly url: string;
  readonly circuit: string;
}

export type WorkerMessage =
  | { readonly type: "ready" }
  /** Proofs with the one that warmed up; processor time of this process and its prover, milliseconds. */
  | { readonly type: "ended"; readonly proofs: number; readonly cpu: number | null };

const send = (message: WorkerMessage) => new Promise<void>((done) => process.send!(message, () => done()));

process.once("disconnect", () => process.exit(0));
const [{ url, circuit }] = (await once(process, "message")) as [WorkerJob];
const pool = proverPool({ size: 1 });
const artifacts = await proofArtifacts.load(circuit);
let proofs = 0;
const proveOnce = async (): Promise<void> => {
  await prove(pool, artifacts, witnessOf(circuit));
  proofs += 1;
};
// Compiles the circuit and reads the key, once for all that follow.
await proveOnce();
await send({ type: "ready" });
await once(process, "message");
const worker = await workOn<ProofStep>(url, "proofs", {
  handler: proveOnce,
  onFault: (duty, fault) => console.error(duty, fault),
});
await once(process, "message");
await worker.close();
// Their processor time counts here once they ended.
await pool.close();
await send({ type: "ended", proofs, cpu: cpuOfAll() });
process.exit(0);

/** With processes that ended, which only Linux tells: the fields 14 to 17 of proc(5), in ticks of 10 ms. */
function cpuOfAll(): number | null {
  if (process.platform !== "linux") return null;
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return 10 * fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}
