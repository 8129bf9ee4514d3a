// SPDX-License-Identifier: GPL-3.0-or-later
import type { Duty } from "../../operate/loop.ts";
import type { Database } from "../../store/index.ts";
import type { ProofStep } from "./claimProver.ts";

/** Where provers take steps from. A step that is offered twice is there once. */
export type Offers = {
  offer(
    steps: readonly { readonly key: string; readonly step: ProofStep; readonly priority?: number }[],
  ): Promise<void>;
};

/** Claims that are offered at one look; the others follow when these are proven. */
const TOGETHER = 1_000;

/** Offers the claims that are ready to provers, those first whose windows close first. */
export class OfferDuty implements Duty {
  readonly name = "proofs";
  readonly every: number;
  readonly #database: Database;
  readonly #offers: Offers;

  /** @param every milliseconds between two looks */
  constructor(database: Database, offers: Offers, every: number) {
    this.#database = database;
    this.#offers = offers;
    this.every = every;
  }

  async act(): Promise<boolean> {
    const rows = [...(await this.#ready(false)), ...(await this.#ready(true))];
    if (rows.length > 0)
      await this.#offers.offer(
        rows.map(({ policy, period, closes_at }) => ({
          key: `${policy}/${period}`,
          step: { policy, period },
          priority: -Math.floor((closes_at ?? 0) / 3_600),
        })),
      );
    return false;
  }

  /** @param failed those whose last proof failed, which may be all that there are of a program: they do not keep others back */
  #ready(failed: boolean) {
    return this.#database.reads
      .selectFrom("gateway_claim")
      .select(["policy", "period", "closes_at"])
      .where("state", "=", "ready")
      .where("reason", failed ? "is not" : "is", null)
      .orderBy("closes_at")
      .limit(TOGETHER)
      .execute();
  }
}
