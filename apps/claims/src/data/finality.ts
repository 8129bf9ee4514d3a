// SPDX-License-Identifier: GPL-3.0-or-later

/** How sure it is that a block stays. */
export type Finality = {
  readonly final: boolean;
  /** Blocks from this one to the newest, both counted; at most `needed`. */
  readonly confirmations: number;
  readonly needed: number;
};

/**
 * @param tip number of the newest block; undefined before the chain was read
 * @param needed `chain.confirmations` of the configuration
 */
export function finalityOf(block: number, tip: number | undefined, needed: number): Finality {
  const confirmations = Math.min(needed, Math.max(0, (tip ?? block - 1) - block + 1));
  return { final: confirmations === needed, confirmations, needed };
}

/** "Final, in block 12", or "in block 12, 1 of 3 confirmations". */
export function finalityText(block: number, { final, confirmations, needed }: Finality): string {
  const where = `in block ${block.toLocaleString("en-GB")}`;
  return final ? `final, ${where}` : `${where}, ${confirmations} of ${needed} confirmations`;
}
