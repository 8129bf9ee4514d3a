// SPDX-License-Identifier: GPL-3.0-or-later

/** The given values satisfy no witness. */
export class Contradiction extends Error {}
