// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitIdOf } from "@vitalproof/sdk";
import { keccak256, ZeroHash } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { EthereumProvider } from "hardhat/types/providers";
import { familyFieldsOf } from "../../ignition/circuits.ts";
import type { Vitalproof } from "../../ignition/deployVitalproof.ts";
import { LEDGER_LATE_TIME } from "../../ignition/parameters.ts";
import type { Plan } from "./preflight.ts";
import { Refusal } from "./refusal.ts";

export interface ConfirmedCircuit {
  readonly name: string;
  readonly version: number;
  readonly id: string;
  readonly verifier: string;
  readonly verifierContract: string;
  readonly verifierCodeHash: string;
  readonly verificationKeyHash: string;
  readonly keyKind: "development" | "production";
  /** SHA-256 of the transcript of the key's ceremony. */
  readonly ceremony?: string;
}

export interface Confirmed {
  /** As they are on chain now. */
  readonly roles: Readonly<Record<"governor" | "guardian" | "pauser", string>>;
  readonly circuits: readonly ConfirmedCircuit[];
}

/**
 * Reads back from the chain what has been deployed: the code of every contract against its artifact (a verifier's
 * whole code hash; elsewhere with the immutables left out), every circuit, every reference, every role.
 *
 * @param fresh whether this very run deployed something
 * @throws Refusal DEPLOYMENT or BROKEN_LINK
 */
export async function confirm(
  hre: HardhatRuntimeEnvironment,
  provider: EthereumProvider,
  system: Vitalproof,
  plan: Plan,
  fresh: boolean,
): Promise<Confirmed> {
  const { batchVerifier, circuits, anchors, consents, scopes, pauses, custody, ledger, claims } = system;
  const same = (what: string, actual: unknown, expected: unknown) => {
    if (String(actual).toLowerCase() === String(expected).toLowerCase()) return;
    throw new Refusal(
      "DEPLOYMENT",
      `${what} is ${String(actual)} on chain, expected ${String(expected)}.`,
      "Do not use this deployment. If its journal is from other parameters or code, use another --deployment-id.",
    );
  };
  const codeAt = async (address: string) =>
    String(await provider.request({ method: "eth_getCode", params: [address, "latest"] }));

  for (const [name, contract] of [
    ["Groth16BatchVerifier", batchVerifier],
    ["CircuitRegistry", circuits],
    ["AnchorRegistry", anchors],
    ["ConsentRegistry", consents],
    ["ScopeRegistry", scopes],
    ["PauseRegistry", pauses],
    ["Custody", custody],
    ["HealthLedger", ledger],
    ["ClaimsPayout", claims],
  ] as const) {
    const artifact = await hre.artifacts.readArtifact(name);
    const ranges = Object.values(artifact.immutableReferences ?? {}).flat();
    const mask = (code: string) => {
      const bytes = Buffer.from(code.slice(2), "hex");
      for (const { start, length } of ranges) bytes.fill(0, start, start + length);
      return keccak256(bytes);
    };
    const code = await codeAt(await contract.getAddress());
    same(`the code of ${name}, immutables left out,`, mask(code), mask(artifact.deployedBytecode));
  }

  const { parameters } = plan.options;
  const roles = {
    governor: await circuits.governor(),
    guardian: await circuits.guardian(),
    pauser: await pauses.pauser(),
  };
  // In a later run they may have been handed over since, as is their holders' right.
  if (fresh)
    for (const role of ["governor", "guardian", "pauser"] as const)
      same(`the ${role}`, roles[role], parameters[role]);
  same("the delay", await circuits.delay(), parameters.delay);
  same("the suspension time", await circuits.suspensionTime(), parameters.suspensionTime);
  same("the cool-down", await circuits.suspensionCooldown(), parameters.suspensionCooldown);
  same(
    "the permission for development keys",
    await circuits.allowsDevelopmentKeys(),
    parameters.allowDevelopmentKeys,
  );
  same("the batch verifier", await circuits.batchVerifier(), await batchVerifier.getAddress());
  same("the circuits of PauseRegistry", await pauses.circuits(), await circuits.getAddress());
  same("the pauses of ClaimsPayout", await claims.pauses(), await pauses.getAddress());
  same("the custody of ClaimsPayout", await claims.custody(), await custody.getAddress());
  same("the circuits of ClaimsPayout", await claims.circuits(), await circuits.getAddress());
  same("the anchors of ScopeRegistry", await scopes.anchors(), await anchors.getAddress());
  same("the scopes of ClaimsPayout", await claims.scopes(), await scopes.getAddress());
  same("the anchors of ClaimsPayout", await claims.anchors(), await anchors.getAddress());
  same("the consents of ClaimsPayout", await claims.consents(), await consents.getAddress());
  same("the ledger of ClaimsPayout", await claims.ledger(), await ledger.getAddress());
  same("the circuits of HealthLedger", await ledger.circuits(), await circuits.getAddress());
  same("the late time of HealthLedger", await ledger.lateTime(), BigInt(LEDGER_LATE_TIME));

  const confirmed: ConfirmedCircuit[] = [];
  for (const spec of plan.specs) {
    const { name, version, verifierContract, verifierCodeHash, ceremony } = spec;
    const { verificationKeyBytes, verificationKeyHash } = spec;
    const id = circuitIdOf(spec.name, spec.version);
    const record = await circuits.circuit(id);
    const expected = { verificationKeyHash, ...familyFieldsOf(spec) };
    for (const field of Object.keys(expected) as (keyof typeof expected)[]) {
      same(`${field} of ${name}`, record[field], expected[field]);
    }
    same(`the ceremony of ${name}`, record.ceremony, ceremony ?? ZeroHash);
    same(`the registered code hash of ${name}`, record.verifierCodeHash, verifierCodeHash);
    const actual = keccak256(await codeAt(record.verifier));
    if (actual !== verifierCodeHash) {
      throw new Refusal(
        "BROKEN_LINK",
        `verifier → deployed code: ${verifierContract} at ${record.verifier} has the code hash ${actual}, its artifact gives ${verifierCodeHash}.`,
        "Do not use this deployment.",
      );
    }
    // VerificationKey: one zero byte, then the key.
    const held = await codeAt(record.verificationKey);
    if (held !== `0x00${verificationKeyBytes.slice(2)}`) {
      throw new Refusal(
        "BROKEN_LINK",
        `verification key → deployed key: the contract at ${record.verificationKey} does not hold the key of ${name}.`,
        "Do not use this deployment.",
      );
    }
    confirmed.push({
      name,
      version,
      id,
      verifier: record.verifier,
      verifierContract,
      verifierCodeHash,
      verificationKeyHash,
      keyKind: ceremony === undefined ? "development" : "production",
      ...(ceremony === undefined ? {} : { ceremony }),
    });
  }
  return { roles, circuits: confirmed };
}
