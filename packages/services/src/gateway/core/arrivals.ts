// SPDX-License-Identifier: GPL-3.0-or-later
import { type Reading, slotAt } from "@vitalproof/sdk";
import type { Queries } from "../../store/index.ts";
import type { KnownLog } from "./logs.ts";
import type { OpenLog } from "./openLogs.ts";

/** When the last message came that has a reading of an epoch, for epochs of one log that are not sealed. */
export class Arrivals {
  readonly #known: KnownLog;
  /** Unix milliseconds by epoch. */
  readonly #times: Map<number, number>;

  private constructor(known: KnownLog, times: Map<number, number>) {
    this.#known = known;
    this.#times = times;
  }

  /** What earlier steps had seen of epochs that were not due. */
  static async of(queries: Queries, known: KnownLog): Promise<Arrivals> {
    const row = await queries
      .selectFrom("gateway_log")
      .select("arrivals")
      .where("log", "=", known.name)
      .executeTakeFirst();
    return new Arrivals(known, new Map(JSON.parse(row?.arrivals ?? "[]") as [number, number][]));
  }

  /** @param at Unix milliseconds at which their message came */
  note(readings: readonly Reading[], at: number): void {
    const { facts, offset } = this.#known;
    const epochOf = ({ time }: Reading): number => Math.floor(slotAt(facts, offset, time) / facts.samples);
    for (const epoch of new Set(readings.map(epochOf)))
      this.#times.set(epoch, Math.max(at, this.#times.get(epoch) ?? 0));
  }

  /** Writes what is known of an epoch that is sealed in this step, and keeps what is known of later ones. */
  async write(queries: Queries, { known, generation }: OpenLog, epoch: number): Promise<void> {
    const later = [...this.#times].filter(([of]) => of > epoch);
    await queries
      .updateTable("gateway_log")
      .set({ arrivals: later.length === 0 ? null : JSON.stringify(later) })
      .where("log", "=", known.name)
      .execute();
    await queries
      .updateTable("gateway_epoch")
      .set({ message_at: this.#times.get(epoch) ?? null })
      .where("log", "=", known.name)
      .where("generation", "=", generation)
      .where("epoch", "=", epoch)
      .execute();
  }
}
