// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainEvent } from "./events.ts";

export type Transfer = {
  readonly from: string;
  readonly to: string;
  readonly value: bigint;
  readonly time: number;
  readonly block: number;
  readonly transaction: string;
  readonly logIndex: number;
  /** What in the contracts' own events it belongs to. */
  explainedBy: "funding" | "payment" | "withdrawal" | "payment of another product" | undefined;
};

/** The token's own account of what came to custody and left it. */
export class Transfers {
  readonly all: Transfer[];
  readonly #byTransaction = new Map<string, Transfer[]>();

  constructor(events: readonly ChainEvent[]) {
    this.all = events.map((event) => ({
      from: event.hex("from"),
      to: event.hex("to"),
      value: event.big("value"),
      time: event.time,
      block: event.log.blockNumber,
      transaction: event.log.transactionHash,
      logIndex: event.log.logIndex,
      explainedBy: undefined,
    }));
    for (const transfer of this.all) {
      const list = this.#byTransaction.get(transfer.transaction) ?? [];
      list.push(transfer);
      this.#byTransaction.set(transfer.transaction, list);
    }
  }

  /**
   * Takes the transfer that an event tells of: same transaction, same two accounts, same amount, and not taken yet.
   * @returns false if the token moved no such amount
   */
  explain(
    event: ChainEvent,
    moved: { from: string; to: string; value: bigint; as: NonNullable<Transfer["explainedBy"]> },
  ): boolean {
    const found = this.#byTransaction
      .get(event.log.transactionHash)
      ?.find(
        ({ from, to, value, explainedBy }) =>
          explainedBy === undefined && from === moved.from && to === moved.to && value === moved.value,
      );
    if (found === undefined) return false;
    found.explainedBy = moved.as;
    return true;
  }
}
