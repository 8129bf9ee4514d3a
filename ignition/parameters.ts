// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import type { CircuitSpec } from "./circuits.ts";

/** Parameters of the Ignition module `Vitalproof`. */
export interface DeploymentParameters {
  readonly governor: string;
  readonly guardian: string;
  readonly pauser: string;
  /** Seconds between announcement and effect; longer than the longest period. */
  readonly delay: number;
  readonly suspensionTime: number;
  readonly suspensionCooldown: number;
  readonly allowDevelopmentKeys: boolean;
  readonly developmentKeyHashes: readonly string[];
  readonly developmentCodeHashes: readonly string[];
}

/** Times that satisfy CircuitRegistry and PauseRegistry for periods of up to 30 days. */
export const DEFAULT_TIMES = {
  delay: 31 * DAY,
  suspensionTime: 32 * DAY,
  suspensionCooldown: 49 * DAY,
} as const;

/** Minutes for which a page's ended version takes late accesses: 30 days. */
export const LEDGER_LATE_TIME = 30 * 24 * 60;

/** The hashes by which the registry knows development keys, whatever their label. */
export function developmentHashes(specs: readonly CircuitSpec[]) {
  const development = specs.filter(({ ceremony }) => ceremony === undefined);
  return {
    developmentKeyHashes: development.map(({ verificationKeyHash }) => verificationKeyHash),
    developmentCodeHashes: development.map(({ verifierCodeHash }) => verifierCodeHash),
  };
}
