// SPDX-License-Identifier: GPL-3.0-or-later
// TypeChain's types of the contracts; types only, nothing is loaded at run time. scripts/contractTypes.ts makes the
// declarations out of what `hardhat build` generates.

export type { ClaimsPayout } from "../generated/contracts/claims/ClaimsPayout.js";
export type { Custody as CustodyContract } from "../generated/contracts/custody/Custody.js";
export type { HealthLedger } from "../generated/contracts/ledger/HealthLedger.js";
export type { AnchorRegistry } from "../generated/contracts/registries/AnchorRegistry.js";
export type { CircuitRegistry } from "../generated/contracts/registries/CircuitRegistry.js";
export type { ConsentRegistry } from "../generated/contracts/registries/ConsentRegistry.js";
export type { PauseRegistry } from "../generated/contracts/registries/PauseRegistry.js";
export type { ScopeRegistry } from "../generated/contracts/registries/ScopeRegistry.js";
