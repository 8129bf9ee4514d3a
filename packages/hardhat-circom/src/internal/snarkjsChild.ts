// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { SnarkjsJob, SnarkjsReply } from "./snarkjsJobs.ts";
import { loadSnarkjs } from "./vendor.ts";

// Runs snarkjs in a process of its own: its curve is global and keeps worker threads alive, and ending it here would
// end it for other users of snarkjs in the calling process.

async function handle(job: SnarkjsJob): Promise<SnarkjsReply> {
  const { zKey } = await loadSnarkjs();
  if (job.kind === "export") {
    const verificationKey = await zKey.exportVerificationKey(job.zkey);
    const templates = join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "..", "templates");
    const groth16 = await readFile(join(templates, "verifier_groth16.sol.ejs"), "utf8");
    const solidity = await zKey.exportSolidityVerifier(job.zkey, { groth16 });
    return { kind: "export", verificationKey: JSON.stringify(verificationKey, null, 1), solidity };
  }
  const reasons: string[] = [];
  const ok = await zKey.verifyFromR1cs(job.r1cs, job.ptau, job.zkey, {
    info: () => undefined,
    debug: () => undefined,
    warn: (message) => reasons.push(message),
    error: (message) => reasons.push(message),
  });
  return { kind: "verify", ok: ok === true, reasons };
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
