// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError, verifyProof } from "@vitalproof/sdk";
import { type Body, CLAIM } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { type CheckedKey, verificationKeyOf } from "../artifacts.ts";
import { type ReadClaim, readClaim } from "../claim.ts";
import { readDocument } from "../documentFiles.ts";
import { EXIT } from "../exit.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { element } from "../numbers.ts";

type Options = GlobalOptions & {
  expectKey?: string;
  expectHolder?: bigint;
  expectRoot?: bigint;
  expectTerms?: bigint;
  expectScope?: bigint;
};

/** Why a claim is not taken; each is an answer, not an error. */
type Failure = { check: "key" | "holder" | "anchorRoot" | "terms" | "scope" | "proof"; reason: string };

export function registerVerify(program: Command, io: Io): void {
  program
    .command("verify <claim>")
    .description("Verify a claim's key, public inputs and proof on this machine. No node is needed.")
    .option("--expect-key <sha256>", "hash of the verification key that you know from elsewhere")
    .option("--expect-holder <n>", "the holder, as the policy has it", element)
    .option("--expect-root <n>", "the anchor root, as the chain has it", element)
    .option("--expect-terms <n>", "the packed terms with the period's first epoch", element)
    .option("--expect-scope <n>", "the scope", element)
    .addHelpText(
      "after",
      "\nExit code 1: the claim does not verify, or is about something else than expected. A valid proof says that somebody\n" +
        "with readings under this root met these terms; whether the root is an attester's and the holder your policyholder is\n" +
        "what the --expect options are for.\n" +
        "\nExample:\n  vitalproof verify claim.json --expect-scope 12345\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const claim = await readDocument(io, CLAIM, file);
      const facts = readClaim(claim);
      const key = await verificationKeyOf(io, options, facts.circuit.name);
      const failures = [...unexpected(options, claim, facts, key), ...proofFailure(claim, key)];
      const valid = failures.length === 0;
      if (!valid) io.exitCode = EXIT.no;
      const { holder, anchorRoot, word, scope, circuit } = facts;
      io.report(
        [
          valid ? "Valid: the proof verifies." : "Not valid.",
          ...failures.map(({ reason }) => reason),
          `circuit         ${circuit.name}, version ${circuit.version}`,
          `verification key  sha256 ${key.sha256}`,
          `  claim says      sha256 ${claim.verificationKey} (${claim.verificationKey === key.sha256 ? "the same" : "ANOTHER"})`,
          "  manifest says   the same",
          ...(key.keyKind === "development"
            ? ["  DEVELOPMENT KEY: anyone can forge proofs under it."]
            : ["  production key"]),
          `holder            ${holder}${compared(options.expectHolder)}`,
          `anchor root       ${anchorRoot}${compared(options.expectRoot)}`,
          `terms             ${word}${compared(options.expectTerms)}`,
          `scope             ${scope}${compared(options.expectScope)}`,
        ],
        {
          valid,
          failures,
          circuit: circuit.name,
          version: circuit.version,
          verificationKey: { sha256: key.sha256, claim: claim.verificationKey, kind: key.keyKind },
          publicInputs: { holder, anchorRoot, terms: word, scope },
        },
      );
    });
}

function unexpected(
  options: Options,
  claim: Body<typeof CLAIM>,
  facts: ReadClaim,
  key: CheckedKey,
): Failure[] {
  const failures: Failure[] = [];
  const { sha256 } = key;
  if (claim.verificationKey !== sha256) {
    failures.push({
      check: "key",
      reason: "The claim was made under another verification key than the one here.",
    });
  }
  if (options.expectKey !== undefined && options.expectKey.toLowerCase() !== sha256) {
    failures.push({ check: "key", reason: "The verification key here is not the one that was expected." });
  }
  const expected = [
    ["holder", options.expectHolder, facts.holder],
    ["anchorRoot", options.expectRoot, facts.anchorRoot],
    ["terms", options.expectTerms, facts.word],
    ["scope", options.expectScope, facts.scope],
  ] as const;
  for (const [check, wanted, given] of expected) {
    if (wanted === undefined || wanted === given) continue;
    failures.push({
      check,
      reason: `The claim is for another ${check === "anchorRoot" ? "anchor root" : check} than expected.`,
    });
  }
  return failures;
}

function proofFailure({ publicInputs, proof }: Body<typeof CLAIM>, { key }: CheckedKey): Failure[] {
  try {
    verifyProof(key, publicInputs, proof);
    return [];
  } catch (error) {
    if (error instanceof VitalproofError) return [{ check: "proof", reason: error.shortMessage }];
    throw error;
  }
}

function compared(expected: bigint | undefined): string {
  return expected === undefined ? " (not compared with anything)" : "";
}
