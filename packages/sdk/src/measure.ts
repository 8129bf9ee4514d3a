// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/sdk/measure": single steps and models, for benchmarks and for tests that compare them with a chain.
// Nothing here is stable from one version to the next.
export { uncheckedAccessBatch } from "./ledger/accessBatch.ts";
export { uncheckedConsentBatch } from "./ledger/consentBatch.ts";
export { uncheckedOwnSlot } from "./ledger/ownSlot.ts";
export { runSnarkjs } from "./prove/snarkjs.ts";
export { answerWith } from "./research/answer.ts";
export { calldataBytesOf, estimatedGasOf, usageOf } from "./settle/fill.ts";
export { exceeded, type Usage } from "./settle/limits.ts";
