// SPDX-License-Identifier: GPL-3.0-or-later
//
// A tiny circuit with the public inputs of `enrolment`, set up and proven once.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Artifacts,
  FIELD,
  type HolderAttestation,
  type ProofOf,
  policyHashOf,
  prove,
  scopeOf,
  Witness,
} from "../src/index.ts";
import { childProcessProver, diskArtifacts } from "../src/node/index.ts";

export const claimsDomain = { chainId: 31_337n, claims: "0x00000000000000000000000000000000000000c1" };
export const SECRET = 424_242_424_242n;
export const scopes = "0x000000000000000000000000000000000000005c";
export const scope = scopeOf({ ...claimsDomain, scopes, scopeNumber: 3n });
export const subject = 777n;
export const holder = (((SECRET ** 3n - subject - scope) % FIELD) + FIELD) % FIELD;
export const attestation: HolderAttestation = {
  program: 5n,
  offerHash: `0x${"0f".repeat(32)}`,
  holder,
  controller: "0x00000000000000000000000000000000000000d1",
  payee: "0x0000000000000000000000000000000000000000",
  firstEpoch: 20_000,
  periods: 30,
  nonce: 1n,
  expiry: 2_000_000_000n,
};

/** The tiny circuit's witness: it has the public inputs of `enrolment` and another relation. */
export function witness(
  change: Partial<Record<"holder" | "subject" | "scope" | "policyHash" | "secret", bigint>> = {},
): Witness {
  const input = {
    holder,
    subject,
    scope,
    policyHash: policyHashOf(claimsDomain, attestation),
    secret: SECRET,
    ...change,
  };
  return new Witness("enrolment", [input.holder, input.subject, input.scope, input.policyHash], input);
}

/** The tiny circuit on disk, and a true proof. */
export type Tiny = { folder: string; artifacts: Artifacts; proven: ProofOf };

let made: Promise<Tiny> | undefined;

/** Made once for all test files of a process. */
export function tiny(): Promise<Tiny> {
  made ??= makeTiny();
  return made;
}

async function makeTiny(): Promise<Tiny> {
  const folder = await mkdtemp(join(tmpdir(), "vitalproof-prove-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  execFileSync(process.execPath, [fileURLToPath(new URL("./fixtures/setup.ts", import.meta.url)), folder]);
  const artifacts = await diskArtifacts(folder).load("enrolment");
  return { folder, artifacts, proven: await prove(childProcessProver(), artifacts, witness()) };
}
