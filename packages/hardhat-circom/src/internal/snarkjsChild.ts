// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { SnarkjsJob, SnarkjsReply } from "./snarkjsJobs.ts";
import { loadSnarkjs } from "./vendor.ts";

// Runs snarkjs in a process of its own: its curve is global and keeps worker threads alive, and ending it here would
// end it for other users of snarkjs in the calling process.

async function handle(job: SnarkjsJob): Promise<SnarkjsReply> {
  const { powersOfTau, zKey } = await loadSnarkjs();
  if (job.kind === "export") {
    const verificationKey = await zKey.exportVerificationKey(job.zkey);
    const templates = join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "..", "templates");
    const groth16 = await readFile(join(templates, "verifier_groth16.sol.ejs"), "utf8");
    const solidity = await zKey.exportSolidityVerifier(job.zkey, { groth16 });
    return { kind: "export", verificationKey: JSON.stringify(verificationKey, null, 1), solidity };
  }
  const reasons: string[] = [];
  const logger = {
    info: () => undefined,
    debug: () => undefined,
    warn: (message: string) => reasons.push(message),
    error: (message: string) => reasons.push(message),
  };
  // What is wrong with a transcript, snarkjs only prints.
  console.log = (message: string) => reasons.push(message.trim());
  const ok =
    job.kind === "powers"
      ? await powersOfTau.verify(job.ptau, logger)
      : await zKey.verifyFromR1cs(job.r1cs, job.ptau, job.zkey, logger);
  return { kind: job.kind, ok: ok === true, reasons };
}

process.once("message", (job: SnarkjsJob) => {
  handle(job)
    .catch(
      (error: unknown): SnarkjsReply => ({
        kind: "error",
        message: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((reply) => process.send!(reply, () => process.exit(0)));
});
