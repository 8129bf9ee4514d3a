// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, VitalproofError } from "@vitalproof/sdk";
import type { SimulatedAttester, World } from "../../simulation/index.ts";

/** Days that may pass at once: every one of them may have to be anchored. */
const LONGEST_JUMP = 366;

/** The chain's time, and the attester that anchors by it. One call at a time. */
export class Clock {
  readonly #world: World;
  readonly #attester: SimulatedAttester;
  /** The first day that was not dealt with. */
  #day: number;

  constructor(world: World, attester: SimulatedAttester) {
    this.#world = world;
    this.#attester = attester;
    this.#day = Math.floor(world.now / DAY);
  }

  /** Unix seconds. */
  get now(): number {
    return this.#world.now;
  }

  /** Follows time that passed on the chain, also through its RPC, and anchors what became due. */
  async catchUp(): Promise<void> {
    await this.#world.follow();
    while (this.#attester.anchorTime(this.#day) <= this.now) await this.#anchorNext();
  }

  /**
   * Lets time pass, stopping at each day's time to anchor, since a attester cannot anchor much later.
   * @param to Unix seconds; a past one changes nothing
   * @throws INVALID_ARGUMENT for more than a year at once
   */
  async passUntil(to: number): Promise<void> {
    const latest = this.now + LONGEST_JUMP * DAY;
    if (to > latest) {
      throw new VitalproofError("INVALID_ARGUMENT", `body.to is more than ${LONGEST_JUMP} days ahead.`, {
        details: { to, latest },
        hint: `Go to ${latest} at most, then on from there. It is in seconds.`,
      });
    }
    while (this.#attester.anchorTime(this.#day) <= to) {
      await this.#world.passUntil(this.#attester.anchorTime(this.#day));
      await this.#anchorNext();
    }
    await this.#world.passUntil(to);
  }

  async #anchorNext(): Promise<void> {
    // Counted first: a day that fails once must not block every later request.
    const day = this.#day++;
    const { group, anchoring } = this.#attester;
    const anchors = this.#world.anchorsAs(this.#world.roles.attester);
    const { until, correctableUntil } = await anchors.anchorWindow(group, day);
    if (this.now < until) {
      await this.#attester.anchorDay(day);
      return;
    }
    // Time ran past the window through the RPC. Beyond the correction time nobody can write the day any more.
    if (this.now >= correctableUntil) return;
    const closed = await anchoring.close(day);
    if (closed !== undefined) await anchors.correct(group, day, closed.root, "time passed the window");
  }
}
