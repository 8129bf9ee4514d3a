// SPDX-License-Identifier: GPL-3.0-or-later

/** A pause or suspension, in force in `[start, end)`, Unix seconds. */
export type Stop = { readonly start: number; end: number; readonly reason: string };

/** A history of stops that never overlap, as contracts/libraries/Stops.sol reads it. */
export class StopHistory {
  readonly stops: Stop[] = [];

  /** End of the stop that runs at `now`; 0 if none does. */
  runningUntil(now: number): number {
    const last = this.stops.at(-1);
    return last !== undefined && now < last.end ? last.end : 0;
  }

  /** End of the last stop; 0 if there never was one. */
  lastEnd(): number {
    return this.stops.at(-1)?.end ?? 0;
  }

  /** The last stop that began before `time`. */
  lastBefore(time: number): Stop | undefined {
    return this.stops.findLast(({ start }) => start < time);
  }

  wasRunningAt(time: number): boolean {
    return time < (this.lastBefore(time + 1)?.end ?? 0);
  }

  begin(start: number, end: number, reason: string): void {
    this.stops.push({ start, end, reason });
  }

  setEnd(end: number): void {
    const last = this.stops.at(-1);
    if (last !== undefined) last.end = end;
  }
}
