// SPDX-License-Identifier: GPL-3.0-or-later
import { keccak256, type Result, ZeroHash } from "ethers";
import type { CircuitState } from "../circuits/types.ts";
import { wordsInCode } from "../keys.ts";
import { inParallel } from "../parallel.ts";
import { compare, fields, type ViewContext } from "./compare.ts";

/** Chains on which a development key is not a finding, because nobody else or nothing of value is there. As in CircuitRegistry. */
const DEVELOPMENT_CHAINS = [31337n, 1337n, 2442n, 59141n, 534351n, 8022833n];

export async function checkCircuits(context: ViewContext): Promise<void> {
  const { circuits, program } = context;
  await inParallel(circuits.lineOf(program.circuit), async (record) => {
    await compare(
      context,
      "circuits",
      "circuit",
      [record.id],
      "VIEW_CIRCUIT_DISAGREES",
      { circuit: record.id },
      (result) =>
        fields(
          result[0] as Result,
          {
            verifier: record.verifier,
            verifierCodeHash: record.verifierCodeHash,
            verificationKeyHash: record.verificationKeyHash,
            family: record.family,
            facts: record.facts,
            inputs: record.inputs,
            period: record.period,
            zeroImpossible: record.zeroImpossible,
            ceremony: record.ceremony ?? ZeroHash,
            addedAt: record.addedAt,
            retiredAt: record.retiredAt ?? 0,
            forgedAt: record.forgedAt ?? 0,
            successor: record.successor ?? ZeroHash,
            verificationKey: record.verificationKey,
          },
          `circuit ${record.name}`,
        ),
    );
    await checkSuspension(context, record);
    await checkVerifierCode(context, record);
    checkCeremony(context, record);
    await checkVerificationKey(context, record);
  });
}

async function checkSuspension(context: ViewContext, record: CircuitState): Promise<void> {
  const last = record.suspensions.lastBefore(context.now + 1);
  await compare(
    context,
    "circuits",
    "lastSuspensionBefore",
    [record.id, context.now + 1],
    "VIEW_CIRCUIT_DISAGREES",
    { circuit: record.id },
    (result) => [
      [`begin of the last suspension of ${record.name}`, result[0], BigInt(last?.start ?? 0)],
      [`end of the last suspension of ${record.name}`, result[1], BigInt(last?.end ?? 0)],
    ],
  );
}

/** Checks that the deployed verifier is the registered one and contains the key's points. */
async function checkVerifierCode(context: ViewContext, record: CircuitState): Promise<void> {
  const { data, block, findings, keys, chainId } = context;
  const place = { circuit: record.id };
  const code = await data.code(record.verifier, block);
  const hash = keccak256(code);
  if (hash !== record.verifierCodeHash) {
    findings.add(
      "VERIFIER_CODE_CHANGED",
      `The verifier of ${record.name} at ${record.verifier} has the code hash ${hash}; registered is ${record.verifierCodeHash}.`,
      place,
    );
  }
  const known = keys.get(record.verificationKeyHash);
  if (known !== undefined) {
    const { found, of } = wordsInCode(known.key, code);
    if (found !== of) {
      findings.add(
        "VERIFIER_CODE_WITHOUT_KEY",
        `The code of ${record.name}'s verifier holds ${found} of the ${of} coordinates of the key it is registered with.`,
        place,
      );
    }
  }
  const development = record.ceremony === undefined || known?.keyKind === "development";
  if (development && !DEVELOPMENT_CHAINS.includes(chainId)) {
    findings.add(
      "DEVELOPMENT_KEY",
      `Circuit ${record.name} uses a development key on chain ${chainId}: anyone can forge its proofs.`,
      place,
    );
  }
}

/** Who made a key is known from the transcript that the registry names: it must be the one that its manifest names. */
export function checkCeremony(
  { findings, keys }: Pick<ViewContext, "findings" | "keys">,
  record: Pick<CircuitState, "id" | "name" | "verificationKeyHash" | "ceremony">,
): void {
  const known = keys.get(record.verificationKeyHash);
  if (known?.keyKind !== "production" || known.ceremony === record.ceremony) return;
  findings.add(
    "CEREMONY_DISAGREES",
    `Circuit ${record.name} is registered with the transcript ${record.ceremony ?? "of no ceremony"}; the manifest of ${known.circuit}, whose key it is, names ${known.ceremony ?? "none"}.`,
    { circuit: record.id },
  );
}

/** What claims in batches are verified under is the registered key: a zero byte and its words. */
async function checkVerificationKey(context: ViewContext, record: CircuitState): Promise<void> {
  const { data, block, findings } = context;
  const { id, name, verificationKey, verificationKeyHash } = record;
  const code = await data.code(verificationKey, block);
  if (code.startsWith("0x00") && keccak256(`0x${code.slice(4)}`) === verificationKeyHash) return;
  findings.add(
    "VERIFICATION_KEY_CHANGED",
    `The verification key of ${name} at ${verificationKey} does not have the registered hash ${verificationKeyHash}.`,
    { circuit: id },
  );
}
