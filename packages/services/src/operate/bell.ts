// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Tells a duty that something may be due now, so that it need not wait for its next look. It holds no fact: a ring that is
 * lost costs the time until that look. One that comes while the duty works counts for the wait after it.
 */
export class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves after a time, at the next ring, or at once after a ring since the last wait. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", end);
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(end, milliseconds);
        signal.addEventListener("abort", end, { once: true });
        this.#wake = end;
      });
    }
    this.#rung = false;
  }
}
