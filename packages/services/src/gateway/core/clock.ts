// SPDX-License-Identifier: GPL-3.0-or-later

/** Why the clock is not believed. Nothing is sealed in the meantime. */
export type ClockDoubt =
  /** It went back, or forward, further than time that passed can explain. */
  | "jumped-back"
  | "jumped-forward"
  /** At the start: the reference has not agreed yet. */
  | "unconfirmed"
  /** At the start: it is earlier than when this store was last in use, or much later. */
  | "before-last-run"
  | "long-after-last-run"
  /** An attester has another time. */
  | "contradicted";

/** Times are Unix seconds. */
export type ClockState = {
  readonly now: number;
  readonly isTrusted: boolean;
  readonly doubt: ClockDoubt | undefined;
  /** Seconds by which it was off when that was noticed; what is ahead is positive. */
  readonly off: number | undefined;
  readonly since: number | undefined;
};

export type ClockOptions = {
  /** Seconds that clock and monotonic time may differ by between two looks. */
  readonly jump?: number;
  /** Seconds after the last use of this store that a clock is believed without a reference at the start. */
  readonly longestOff?: number;
  /** Seconds that the reference may differ by: a chain's latest block is some seconds old. */
  readonly referenceTolerance?: number;
  /** Another clock, such as that of the attester or of a node: Unix seconds. Where there is one, it is asked at each start. */
  readonly reference?: (() => Promise<number>) | undefined;
  /** Milliseconds. */
  readonly wall?: () => number;
  readonly monotonic?: () => number;
};

/**
 * The wall clock, believed while it agrees with itself: between two looks it goes on as monotonic time does. After a jump it
 * is believed again once it is back where it would be without the jump, once the reference agrees, or once an operator
 * says so. A machine that slept has jumped as well.
 */
export class GatewayClock {
  readonly #jump: number;
  readonly #longestOff: number;
  readonly #tolerance: number;
  readonly #reference: (() => Promise<number>) | undefined;
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  /** Where the two clocks were at the last look that agreed, in milliseconds. */
  #anchor: { readonly wall: number; readonly monotonic: number };
  #doubt:
    | { readonly reason: ClockDoubt; readonly off: number | undefined; readonly since: number }
    | undefined;

  constructor(options: ClockOptions = {}) {
    this.#jump = 1000 * (options.jump ?? 60);
    this.#longestOff = options.longestOff ?? 14 * 86_400;
    this.#tolerance = options.referenceTolerance ?? 120;
    this.#reference = options.reference;
    this.#wall = options.wall ?? Date.now;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#anchor = { wall: this.#wall(), monotonic: this.#monotonic() };
  }

  /** Compares with when the store was last in use. @param seenAt Unix seconds; undefined for a new store */
  begin(seenAt: number | undefined): void {
    if (this.#reference !== undefined) this.#suspect("unconfirmed", undefined);
    if (seenAt === undefined) return;
    const since = this.#wall() / 1000 - seenAt;
    if (since < -this.#jump / 1000) this.#suspect("before-last-run", since);
    else if (since > this.#longestOff) this.#suspect("long-after-last-run", since);
  }

  /** Unix seconds, or undefined while the clock is not believed. */
  look(): number | undefined {
    const [wall, monotonic] = [this.#wall(), this.#monotonic()];
    const ahead = wall - this.#anchor.wall - (monotonic - this.#anchor.monotonic);
    const agrees = Math.abs(ahead) <= this.#jump;
    if (!agrees && this.#doubt === undefined)
      this.#suspect(ahead < 0 ? "jumped-back" : "jumped-forward", ahead / 1000);
    if (agrees && this.#doubt?.reason.startsWith("jumped")) this.#doubt = undefined;
    if (this.#doubt !== undefined) return undefined;
    this.#anchor = { wall, monotonic };
    return wall / 1000;
  }

  /**
   * The latest time in Unix seconds that it can be: nothing is refused as future because a clock was set back.
   * While the clock is believed this is its time.
   */
  latest(): number {
    const believed = this.look();
    if (believed !== undefined) return believed;
    return Math.max(this.#wall(), this.#anchor.wall + this.#monotonic() - this.#anchor.monotonic) / 1000;
  }

  /** Another party has another time. @param theirs Unix seconds */
  contradict(theirs: number): void {
    const off = this.#wall() / 1000 - theirs;
    if (this.#doubt === undefined && Math.abs(off) > this.#tolerance) this.#suspect("contradicted", off);
  }

  /** Asks the reference. @returns whether the clock is believed now @throws what the reference throws */
  async confirm(): Promise<boolean> {
    if (this.look() !== undefined) return true;
    if (this.#reference === undefined) return false;
    const theirs = await this.#reference();
    if (Math.abs(this.#wall() / 1000 - theirs) > this.#tolerance) return false;
    this.accept();
    return true;
  }

  /** An operator says that the clock is right. */
  accept(): void {
    this.#doubt = undefined;
    this.#anchor = { wall: this.#wall(), monotonic: this.#monotonic() };
  }

  state(): ClockState {
    const isTrusted = this.look() !== undefined;
    return {
      now: Math.floor(this.#wall() / 1000),
      isTrusted,
      doubt: this.#doubt?.reason,
      off: this.#doubt?.off === undefined ? undefined : Math.round(this.#doubt.off),
      since: this.#doubt?.since,
    };
  }

  #suspect(reason: ClockDoubt, off: number | undefined): void {
    this.#doubt = { reason, off, since: Math.floor(this.#wall() / 1000) };
  }
}
