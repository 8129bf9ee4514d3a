// SPDX-License-Identifier: GPL-3.0-or-later
import { type CircomConfig, checkCircuits } from "@vitalproof/hardhat-circom/circuits";
import type { FamilyFields } from "@vitalproof/sdk";
import { toUtf8String } from "ethers";
import { type CircuitSpec, familyFieldsOf } from "../../../ignition/circuits.ts";
import { withProgress } from "../../../ignition/progress.ts";
import type { ChainFacts } from "../chains.ts";
import type { KeyChain } from "../keyChain.ts";
import { Refusal } from "../refusal.ts";

export async function links(key: KeyChain) {
  if (key.broken.length > 0) {
    throw new Refusal(
      "BROKEN_LINK",
      key.broken.join("; "),
      `Restore the committed files, or run \`npx hardhat circuits build ${key.name}\` and \`npx hardhat build\` and look at what changed.`,
    );
  }
  return {
    detail: `circuit → key → ${key.verificationKeyHash!.slice(0, 10)}… → ${key.verifier} → code ${key.codeHash!.slice(0, 10)}…`,
    value: true,
  };
}

export async function facts(spec: CircuitSpec) {
  const { name, claim } = spec;
  let fields: FamilyFields;
  try {
    fields = familyFieldsOf(spec);
  } catch (cause) {
    throw new Refusal(
      "PARAMETERS",
      `The registry cannot hold the facts of ${name}: ${(cause as Error).message}`,
      "Correct its profile or its epochs in circuits/protocol.json and circuits/circuits.json.",
      { cause },
    );
  }
  if (claim === undefined) {
    return {
      detail: `${decodeFamily(fields)}, facts ${BigInt(fields.facts)}, ${fields.inputs} inputs`,
      value: true,
    };
  }
  const { template, profile, epochs, epochSeconds, codes, samples } = claim;
  return {
    detail: `template ${template}, profile ${profile}, ${epochs} × ${samples} samples in ${epochs} × ${epochSeconds} s, codes to ${codes}`,
    value: true,
  };
}

/** The name in its 16 bytes. */
function decodeFamily({ family }: FamilyFields): string {
  return toUtf8String(family).replace(/\0+$/, "");
}

const PRODUCTION_KEYS =
  "Import keys from a ceremony with `npx hardhat circuits import`, and check them with `npx hardhat circuits check --production`.";

export async function judgeKey(key: KeyChain, chain: ChainFacts, allowed: boolean) {
  const { name, keyKind, label } = key;
  if (keyKind === undefined) {
    throw new Refusal(
      "BROKEN_LINK",
      `the key of ${name} cannot be read`,
      `Restore it, or run \`npx hardhat circuits build ${name}\`.`,
    );
  }
  if (keyKind !== label) {
    throw new Refusal(
      "FALSE_LABEL",
      `The manifest of ${name} calls its key ${label}, but the key's points are ${keyKind === "development" ? "those of the public development scalars: anyone can forge proofs under it" : "not those of the development scalars"}.`,
      `Restore the manifest, and run \`npx hardhat circuits check ${name}\`. A false label is refused on every chain.`,
    );
  }
  if (keyKind === "production") return { detail: "production", value: true };
  const forgeable = "anyone can forge proofs under it";
  if (chain.kind === "local") return { detail: `development: ${forgeable}; a local chain`, value: true };
  if (chain.kind === "public") {
    throw new Refusal(
      "DEVELOPMENT_KEY",
      `The key of ${name} is a development key: ${forgeable}. Chain ${chain.id} is not a known test network, and no flag allows such keys there.`,
      PRODUCTION_KEYS,
    );
  }
  if (!allowed) {
    throw new Refusal(
      "DEVELOPMENT_KEY",
      `The key of ${name} is a development key: ${forgeable}.`,
      `For a trial without value on ${chain.name}, add --allow-development-keys. For anything else: ${PRODUCTION_KEYS}`,
    );
  }
  return { detail: `development, allowed by flag: ${forgeable}`, value: true, warning: true };
}

export async function refuseFlag(chain: ChainFacts): Promise<never> {
  throw new Refusal(
    "DEVELOPMENT_KEY",
    `--allow-development-keys is given for chain ${chain.id}, which is not a known test network.`,
    `Leave the flag out. ${PRODUCTION_KEYS}`,
  );
}

export async function recompile(circom: CircomConfig, keys: readonly KeyChain[]) {
  let doing = "";
  const run = async (kind: "development" | "production") => {
    const names = keys.filter(({ keyKind }) => keyKind === kind).map(({ name }) => name);
    if (names.length === 0) return [];
    const onProgress = (event: { instance: string; doing: string }) => {
      doing = `${event.instance}: ${event.doing}`;
    };
    return checkCircuits(circom, { names, production: kind === "production", onProgress });
  };
  const reports = await withProgress(
    "recompiling circuits and keys",
    async () => [...(await run("development")), ...(await run("production"))],
    () => doing,
  ).catch((cause: Error) => {
    throw new Refusal(
      "BROKEN_LINK",
      cause.message,
      "Run `npx hardhat circuits check` and follow what it says.",
      {
        cause,
      },
    );
  });
  for (const { name, ok, broken, refused } of reports) {
    if (ok) continue;
    const [first] = broken;
    throw first === undefined
      ? new Refusal(
          "KEY_REFUSED",
          `The key of ${name} is refused for production: ${refused.join("; ")}.`,
          PRODUCTION_KEYS,
        )
      : new Refusal(
          "BROKEN_LINK",
          `${name}: ${first.link}: ${first.detail}`,
          `Run \`npx hardhat circuits check ${name}\` and follow what it says.`,
        );
  }
  return { detail: "sources give what is committed", value: true };
}
