// SPDX-License-Identifier: GPL-3.0-or-later
//
// In the page in place of @adraffy/ens-normalize, by vite.config.ts. ethers loads that table of 25 kB (gzip) to prepare
// ENS names for a look-up. The page takes addresses only.

/** @throws always: nothing in the page looks a name up */
export function ens_normalize(name: string): never {
  throw new Error(`"${name}" is a name. This page does not look up ENS names; it needs an address.`);
}
