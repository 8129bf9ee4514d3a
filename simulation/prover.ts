// SPDX-License-Identifier: GPL-3.0-or-later
import { type ProverPool, proverPool } from "@vitalproof/sdk/node";

/**
 * Of all that is simulated in one process: each circuit is loaded once. Its processes start with the first proof, and end
 * with this one. A heavy circuit takes several GiB.
 */
export const sharedProver: ProverPool = proverPool({ size: 2, circuitsPerWorker: 3, memoryMiB: 8192 });
