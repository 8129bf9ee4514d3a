// SPDX-License-Identifier: GPL-3.0-or-later
import type { StopHistory } from "../stops.ts";

/** What decides which circuit settles what. Times are Unix seconds. */
export type CircuitTimes = {
  readonly id: string;
  readonly addedAt: number;
  /** From this second on no further period begins under it. */
  readonly retiredAt: number | undefined;
  /** When its verifier was shown to accept a forgery. */
  readonly forgedAt: number | undefined;
  readonly successor: string | undefined;
  readonly suspensions: StopHistory;
};

/** A circuit that settles a period, and since when it does; the first of a period since 0. */
type Turn<C> = { readonly circuit: C; readonly from: number };

/** A period's first second, and the end of its claim window without stops; `now` as everywhere the block's time. */
export type PeriodTimes = { readonly start: number; readonly closes: number; readonly now: number };

/** What settles a period at a moment. */
export type Settling<C> = {
  readonly base: C | undefined;
  readonly applied: C | undefined;
  /** 0: may settle now; Infinity: never will. */
  readonly blockedUntil: number;
};

/** How many circuits can settle one period in turn. */
const MAX_TURNS = 4;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Which circuits settle a period in turn, as CircuitRegistry decides it. Everything follows from what has happened and
 * nothing from what is the case now, so no period returns to a circuit that was taken from it.
 */
export class CircuitTurns<C extends CircuitTimes> {
  readonly #circuits: ReadonlyMap<string, C>;
  readonly #longestWait: number;

  /** @param longestWait seconds that a window waits for a forged circuit's successor, at most */
  constructor(circuits: ReadonlyMap<string, C>, longestWait: number) {
    this.#circuits = circuits;
    this.#longestWait = longestWait;
  }

  /** The circuit under which something beginning at `time` is sold: itself, or its successor once it is retired. */
  inForceAt(id: string | undefined, time: number): C | undefined {
    for (let circuit = this.#get(id); circuit !== undefined; circuit = this.#get(circuit.successor)) {
      if (!isRetiredBy(circuit, time)) return circuit.addedAt <= time ? circuit : undefined;
    }
    return undefined;
  }

  /** As `inForceAt`, and the forged circuit itself where nothing but its exposure ended its line before `start`. */
  baseAt(id: string | undefined, start: number): C | undefined {
    let circuit = this.#get(id);
    while (circuit !== undefined) {
      if (circuit.addedAt > start) return undefined;
      if (!isRetiredBy(circuit, start)) return circuit;
      const next = this.#get(circuit.successor);
      if (next === undefined || next.addedAt > start) {
        return circuit.forgedAt !== undefined && circuit.forgedAt === circuit.retiredAt ? circuit : undefined;
      }
      circuit = next;
    }
    return undefined;
  }

  settling(id: string, period: PeriodTimes): Settling<C> {
    const turns = this.#turnsOf(id, period);
    const base = turns[0]?.circuit;
    const applied = turns.at(-1)?.circuit;
    const blockedUntil =
      applied === undefined || applied.forgedAt !== undefined
        ? NEVER
        : applied.suspensions.runningUntil(period.now);
    return { base, applied, blockedUntil };
  }

  /**
   * The end of what stopped the claims of a period last, among all that began before `before`: suspensions of the
   * circuits that settled it, exposures that waited for a successor, and successors that came after them. 0 without any.
   */
  lastStopBefore(id: string, period: PeriodTimes, before: number): number {
    let end = 0;
    const turns = this.#turnsOf(id, period);
    for (const [i, { circuit, from }] of turns.entries()) {
      if (from >= before) break;
      const until = turns[i + 1]?.from ?? NEVER;
      // A proof under the circuit that settles now has to be made first.
      end = Math.max(end, from);
      // What stops a circuit after its turn stops nobody.
      end = Math.max(end, circuit.suspensions.lastBefore(Math.min(before, until + 1))?.end ?? 0);
      const { forgedAt } = circuit;
      if (forgedAt !== undefined && forgedAt < before && forgedAt < until) {
        end = Math.max(end, Math.min(until, forgedAt + this.#longestWait));
      }
    }
    return end;
  }

  #turnsOf(id: string, period: PeriodTimes): Turn<C>[] {
    const base = this.baseAt(id, period.start);
    if (base === undefined) return [];
    const turns: Turn<C>[] = [{ circuit: base, from: 0 }];
    while (turns.length < MAX_TURNS) {
      const next = this.#after(turns.at(-1)!, period);
      if (next === undefined) break;
      turns.push(next);
    }
    return turns;
  }

  #after(turn: Turn<C>, period: PeriodTimes): Turn<C> | undefined {
    let from = Math.max(turn.from, handsOverAt(turn.circuit, period));
    if (from === NEVER) return undefined;
    let next = this.#get(turn.circuit.successor);
    while (next !== undefined) {
      from = Math.max(from, next.addedAt);
      // Exposed in the very second in which its turn would begin, it has a turn, and leaves to its successor in it.
      if (!isRetiredBy(next, from) || next.forgedAt === from) return { circuit: next, from };
      next = this.#get(next.successor);
    }
    return undefined;
  }

  #get(id: string | undefined): C | undefined {
    return id === undefined ? undefined : this.#circuits.get(id);
  }
}

/** Since when a circuit leaves a period to its successor: its exposure, or the close if it was suspended in that second. */
function handsOverAt({ forgedAt, suspensions }: CircuitTimes, { closes, now }: PeriodTimes): number {
  const from = forgedAt ?? NEVER;
  return closes < from && now >= closes && suspensions.wasRunningAt(closes) ? closes : from;
}

function isRetiredBy({ retiredAt }: CircuitTimes, time: number): boolean {
  return retiredAt !== undefined && time >= retiredAt;
}
