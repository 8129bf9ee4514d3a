// SPDX-License-Identifier: GPL-3.0-or-later

/** A look at one thing. It says what it found, or throws what is wrong. */
export type Look = readonly [check: string, act: () => Promise<string>];
