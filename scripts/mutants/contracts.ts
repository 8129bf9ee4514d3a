// SPDX-License-Identifier: GPL-3.0-or-later
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The one table of what is mutated: files of test/contracts (without `.test.ts`) that concern a Solidity file, the best
 * first, since the sooner a test fails, the shorter the run. All others follow after them, so a file without a line here
 * only takes longer.
 */
export const EARLY_TESTS: Readonly<Record<string, readonly string[]>> = {
  AnchorRegistry: ["anchors"],
  CircuitRegistry: [
    "circuits",
    "circuitAdditions",
    "circuitGovernance",
    "circuitStates",
    "circuitStops",
    "circuitKeys",
    "families",
    "turns",
    "roles",
  ],
  ClaimFacts: ["claimFacts", "terms"],
  ClaimProof: ["batches", "batchProofs", "claims", "circuits"],
  ClaimTerms: ["claimFacts", "terms"],
  Claims: ["claims", "batchSkips", "batches", "claimTimes", "reentrance"],
  ClaimsState: ["programs", "policies"],
  ConsentRegistry: ["consents", "consentSignatures"],
  Custody: ["custody", "tokens", "reentrance", "programs", "policies"],
  Epochs: ["policies", "anchors"],
  Field: ["anchors", "policies"],
  Groth16Batch: ["groth16Batch", "groth16Malformed", "groth16Combined", "batches"],
  HealthLedger: ["ledger", "boundConsents", "roles"],
  PauseRegistry: ["pauses", "roles", "stops", "circuitStops"],
  PeriodStates: ["batches", "batchSkips", "claims", "reviews", "releases"],
  Policies: ["policies", "holderAttestations", "tokens", "claimTimes", "reentrance"],
  Programs: ["programs", "tokens"],
  Proofs: ["families", "circuits"],
  Releases: ["releases", "claimTimes"],
  Reviews: ["reviews", "policies"],
  ScopeElements: ["scopes", "claims"],
  ScopeRegistry: ["scopes", "roles"],
  Settlements: ["claims", "claimTimes", "reviews", "stops", "circuitStops", "policies"],
  Signatures: ["consentSignatures", "policies"],
  Stops: ["stops", "circuitStops", "circuitGovernance", "circuits"],
  Terms: ["programs", "terms", "claims"],
  Transcripts: ["ledger"],
  VerificationKey: ["groth16Malformed", "groth16Batch"],
  VerificationKeys: ["circuitAdditions", "circuits", "groth16Malformed", "groth16Batch"],
  Windows: ["stops", "circuitStops", "turns", "releases"],
};

/** What only tests use, what a tool writes, and what only declares. */
const LEFT_OUT = /^contracts\/(mocks|verifiers|interfaces|types)\/|\/generated\/|\.t\.sol$/;

/** Every file that is mutated, by its name without folder and `.sol`. */
export function mutatedFiles(root: string): Map<string, string> {
  const files = globSync("contracts/**/*.sol", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !LEFT_OUT.test(file))
    .sort();
  return new Map(files.map((file) => [file.slice(file.lastIndexOf("/") + 1, -".sol".length), file]));
}

/** Of those, the contracts that are deployed as they are: neither abstract nor a library. */
export function deployedContracts(root: string): Map<string, string> {
  return new Map(
    [...mutatedFiles(root)].filter(([name, file]) =>
      new RegExp(`^contract ${name}\\b`, "m").test(readFileSync(join(root, file), "utf8")),
    ),
  );
}

/** Test files for mutants of a Solidity file, in the order in which they run. */
export function mochaFiles(root: string, name: string): string[] {
  const all = globSync("test/contracts/*.test.ts", { cwd: root })
    .map((file) => file.replaceAll("\\", "/").slice("test/contracts/".length, -".test.ts".length))
    .filter((test) => test !== "gas") // measures, and judges nothing
    .sort();
  const early = (EARLY_TESTS[name] ?? []).filter((test) => all.includes(test));
  return [...early, ...all.filter((test) => !early.includes(test))].map(
    (test) => `test/contracts/${test}.test.ts`,
  );
}
