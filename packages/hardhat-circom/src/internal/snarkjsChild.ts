// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { SnarkjsJob, SnarkjsReply } from "./snarkjsJobs.ts";
import { loadSnarkjs, type Snarkjs, type SnarkjsLogger } from "./vendor.ts";

// Runs snarkjs in a process of its own: its curve is global and keeps worker threads alive, and ending it here would
// end it for other users of snarkjs in the calling process.

async function handle(job: SnarkjsJob): Promise<SnarkjsReply> {
  if (job.kind === "export") {
    const { zKey } = await loadSnarkjs();
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
  const ok = await run(job, await loadSnarkjs(), logger);
  return { kind: job.kind, ok, reasons };
}

/** Of what makes a file, false: snarkjs said no and wrote none. */
async function run(
  job: Exclude<SnarkjsJob, { kind: "export" }>,
  { powersOfTau, zKey }: Snarkjs,
  logger: SnarkjsLogger,
): Promise<boolean> {
  switch (job.kind) {
    case "powers":
      return (await powersOfTau.verify(job.ptau, logger)) === true;
    case "verify":
      return (await zKey.verifyFromR1cs(job.r1cs, job.ptau, job.zkey, logger)) === true;
    case "setup":
      return (await zKey.newZKey(job.r1cs, job.ptau, job.to, logger)) instanceof Uint8Array;
    case "contribute": {
      // snarkjs adds 64 bytes of the system's randomness of its own. The secret ends with this process.
      const entropy = randomBytes(64).toString("hex");
      return (await zKey.contribute(job.from, job.to, job.name, entropy, logger)) instanceof Uint8Array;
    }
    case "beacon": {
      const { from, to, name, value, iterationsExp } = job;
      return (await zKey.beacon(from, to, name, value, iterationsExp, logger)) instanceof Uint8Array;
    }
  }
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
