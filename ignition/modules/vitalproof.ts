// SPDX-License-Identifier: GPL-3.0-or-later
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** A statement that the registry starts with; facts only, no addresses. */
export interface GenesisStatement {
  readonly name: string;
  readonly version: number;
  readonly verifierContract: string;
  readonly template: number;
  readonly profile: number;
  readonly epochs: number;
  readonly epochSeconds: number;
  readonly codes: number;
  readonly samples: number;
  readonly keyKind: 0 | 1;
  readonly verifierCodeHash: string;
  readonly verificationKeyHash: string;
}

const NO_PREDECESSOR = `0x${"0".repeat(64)}`;

/**
 * The whole system: one verifier per statement, the three registries, and the
 * claims contract over them.
 *
 * Parameters (ignition/parameters/<network>.json): governor, guardian and pauser
 * (three different accounts, none of them an insurer's), the registry's times in
 * seconds, whether development keys are accepted, and the hashes by which they
 * are known.
 */
export function vitalproofModule(genesis: readonly GenesisStatement[]) {
  return buildModule("Vitalproof", (m) => {
    const proposals = genesis.map(({ verifierContract, ...statement }) => ({
      ...statement,
      verifier: m.contract(verifierContract),
      predecessor: NO_PREDECESSOR,
    }));
    const statements = m.contract("StatementRegistry", [
      {
        governor: m.getParameter<string>("governor"),
        guardian: m.getParameter<string>("guardian"),
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
    const claims = m.contract("ClaimsPayout", [
      statements,
      anchors,
      consents,
      m.getParameter<string>("pauser"),
    ]);
    return { statements, anchors, consents, claims };
  });
}
