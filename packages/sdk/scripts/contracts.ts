// SPDX-License-Identifier: GPL-3.0-or-later

/** The contracts that the SDK has a client for, by their place below contracts/. */
export const CONTRACTS = [
  "registries/AnchorRegistry",
  "registries/CircuitRegistry",
  "claims/ClaimTerms",
  "claims/ClaimsPayout",
  "registries/ConsentRegistry",
  "custody/Custody",
  "ledger/HealthLedger",
  "registries/PauseRegistry",
  "registries/ScopeRegistry",
] as const;

/** "registries/AnchorRegistry" to "AnchorRegistry". */
export function nameOf(contract: (typeof CONTRACTS)[number]): string {
  return contract.slice(contract.indexOf("/") + 1);
}
