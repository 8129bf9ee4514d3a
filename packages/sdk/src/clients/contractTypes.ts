// SPDX-License-Identifier: GPL-3.0-or-later
// TypeChain's types of the contracts; types only, nothing is loaded at run time. scripts/contractTypes.ts makes the
// declarations out of what `hardhat build` generates.
export type { AnchorRegistry } from "../generated/contracts/AnchorRegistry.js";
export type { ClaimsPayout } from "../generated/contracts/ClaimsPayout.js";
export type { ConsentRegistry } from "../generated/contracts/ConsentRegistry.js";
export type { StatementRegistry } from "../generated/contracts/StatementRegistry.js";
