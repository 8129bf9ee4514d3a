// SPDX-License-Identifier: GPL-3.0-or-later

/** How one log is doing. Times are Unix seconds. */
export type LogStatus = {
  readonly log: string;
  readonly devices: readonly { readonly name: string; readonly lastTime: number | undefined }[];
  readonly isOpen: boolean;
  readonly stopped: { readonly reason: string; readonly at: number } | undefined;
  /**
   * The epoch that runs, or is the next to be sealed. `readings` are those that wait for it, and perhaps for later ones;
   * `due` the samples that it should have by now.
   */
  readonly running:
    | {
        readonly epoch: number;
        readonly end: number;
        readonly readings: number;
        readonly due: number;
        readonly samples: number;
      }
    | undefined;
  readonly sealed: number;
  readonly accepted: number;
  readonly gaps: number;
  /** Readings that were sealed into epochs for which the attester recorded a gap. */
  readonly lostToGaps: number;
  /** Sealed heads without a receipt, and when the first of them must have arrived. */
  readonly unsent: number;
  readonly deadline: number | undefined;
  /** Every reading that was given: those that wait, and those of which it is final what became of them. */
  readonly readings: {
    readonly given: number;
    readonly waiting: number;
    readonly kept: number;
    readonly moved: number;
    readonly dropped: number;
    readonly duplicate: number;
    readonly refused: Readonly<Record<string, number>>;
  };
};
