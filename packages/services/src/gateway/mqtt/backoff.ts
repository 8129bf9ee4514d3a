// SPDX-License-Identifier: GPL-3.0-or-later

/** Pauses that double, each of a random length between half and the whole, so that many clients do not return together. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  readonly #random: () => number;
  #failures = 0;

  /** @param first the first pause, @param most the longest one, in milliseconds */
  constructor(first: number, most: number, random: () => number = Math.random) {
    this.#first = first;
    this.#most = most;
    this.#random = random;
  }

  /** Milliseconds to wait now. */
  next(): number {
    // Beyond 2^30 the longest pause is reached whatever the first one is.
    const whole = Math.min(this.#most, this.#first * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return Math.round(whole / 2 + (this.#random() * whole) / 2);
  }

  /** To be called when something has worked, and not merely begun. */
  reset(): void {
    this.#failures = 0;
  }
}
