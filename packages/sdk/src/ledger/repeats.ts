// SPDX-License-Identifier: GPL-3.0-or-later
import type { LoggedBatch } from "./history.ts";
import { packAccessHeader } from "./words.ts";

/**
 * Batches without those that say the same again. A batch whose window has no minutes can be sent again by its custodian, with its
 * proof: it is one batch, and its first transaction counts.
 */
export function withoutRepeats(batches: readonly LoggedBatch[]): LoggedBatch[] {
  const seen = new Set<string>();
  return batches.filter(({ version, header, body }) => {
    const name = `${version}/${packAccessHeader(header)}/${body.toLowerCase()}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
