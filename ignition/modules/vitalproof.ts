// SPDX-License-Identifier: GPL-3.0-or-later
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { FamilyFields } from "@vitalproof/sdk";
import { LEDGER_LATE_TIME } from "../parameters.ts";

/** A circuit that the registry starts with; facts only, no addresses. */
export interface GenesisCircuit extends FamilyFields {
  readonly name: string;
  readonly version: number;
  readonly verifierContract: string;
  /** As CircuitProposal has it. */
  readonly ceremony: string;
  readonly verifierCodeHash: string;
  readonly verificationKeyBytes: string;
  readonly verificationKeyHash: string;
}

/** Ignition's name of the key that belongs to a verifier. */
export function keyFuture(verifierContract: string): string {
  return `${verifierContract.replace(/Verifier$/, "")}Key`;
}

const NO_PREDECESSOR = `0x${"0".repeat(64)}`;

/**
 * The whole system: one verifier and one verification key per circuit, the
 * batch verifier, the five registries, custody, the health ledger, and the claims contract over them.
 *
 * Parameters (ignition/parameters/<network>.json): governor, guardian and pauser
 * (three different accounts, none of them an insurer's), the registry's times in
 * seconds, whether development keys are accepted, and the hashes by which they
 * are known.
 */
export function vitalproofModule(genesis: readonly GenesisCircuit[]) {
  return buildModule("Vitalproof", (m) => {
    const proposals = genesis.map(({ verifierContract, verificationKeyBytes, ...circuit }) => ({
      ...circuit,
      verifier: m.contract(verifierContract),
      verificationKey: m.contract("VerificationKey", [verificationKeyBytes], {
        id: keyFuture(verifierContract),
      }),
      predecessor: NO_PREDECESSOR,
    }));
    const batchVerifier = m.contract("Groth16BatchVerifier");
    const circuits = m.contract("CircuitRegistry", [
      {
        governor: m.getParameter<string>("governor"),
        guardian: m.getParameter<string>("guardian"),
        batchVerifier,
        delay: m.getParameter<number>("delay"),
        suspensionTime: m.getParameter<number>("suspensionTime"),
        suspensionCooldown: m.getParameter<number>("suspensionCooldown"),
        allowDevelopmentKeys: m.getParameter<boolean>("allowDevelopmentKeys"),
        developmentKeyHashes: m.getParameter<string[]>("developmentKeyHashes"),
        developmentCodeHashes: m.getParameter<string[]>("developmentCodeHashes"),
        genesis: proposals,
      },
    ]);
    const anchors = m.contract("AnchorRegistry");
    const consents = m.contract("ConsentRegistry");
    const scopes = m.contract("ScopeRegistry", [anchors]);
    const pauses = m.contract("PauseRegistry", [circuits, m.getParameter<string>("pauser")]);
    const custody = m.contract("Custody");
    const ledger = m.contract("HealthLedger", [{ circuits, lateTime: LEDGER_LATE_TIME }]);
    const claims = m.contract("ClaimsPayout", [pauses, scopes, consents, ledger, custody]);
    return { batchVerifier, circuits, anchors, consents, scopes, pauses, custody, ledger, claims };
  });
}
