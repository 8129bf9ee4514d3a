// SPDX-License-Identifier: GPL-3.0-or-later
// The part of ffjavascript that the tests use; the package has no types.
declare module "ffjavascript" {
  export class F1Field {
    constructor(p: bigint);
    /** A square root, null for a non-residue. */
    sqrt(value: bigint): bigint | null;
  }
}
