// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/hardhat-circom/measure": the single steps of a build, for benchmarks and attacks on development keys.
// Nothing here is stable from one version to the next.
export { COMPILER_FLAGS, compilerVersion } from "./internal/compile.ts";
export { sharedScalars } from "./internal/keys/developmentScalars.ts";
export { constraintsByPart } from "./internal/parts.ts";
export { compileAndCount } from "./internal/produce.ts";
export { collectSources } from "./internal/sources.ts";
export { measureSetup, SETUP_SIZES, type SetupFigures } from "./measureSetup.ts";
