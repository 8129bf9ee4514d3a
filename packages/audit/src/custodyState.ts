// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";

/** An escrow and what went through it from and to its owner's side. Amounts in the token's smallest unit. */
export type EscrowState = {
  readonly id: bigint;
  readonly token: string;
  readonly owner: string;
  /** The contract that opened it. */
  readonly module: string;
  funded: bigint;
  withdrawn: bigint;
};

/**
 * Custody as its events tell it. What a module commits, releases and pays has no event of Custody's: the module's own
 * events tell of it.
 */
export class CustodyState {
  readonly escrows = new Map<bigint, EscrowState>();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  opened(event: ChainEvent): void {
    const id = event.big("escrowId");
    this.#findings.inSequence("Escrow", id, this.escrows.size, event.place);
    this.escrows.set(id, {
      id,
      token: event.hex("token"),
      owner: event.hex("owner"),
      module: event.hex("module"),
      funded: 0n,
      withdrawn: 0n,
    });
  }

  /** The escrow that an event concerns; reported when it was never opened. */
  of(event: ChainEvent): EscrowState | undefined {
    const escrow = this.escrows.get(event.big("escrowId"));
    if (escrow === undefined) {
      this.#findings.add(
        "EVENT_WITHOUT_ORIGIN",
        `${event.name} concerns escrow ${event.big("escrowId")}, which was never opened.`,
        event.place,
      );
    }
    return escrow;
  }

  /** Those in a token whose module is not `module`. */
  ofOthers(token: string, module: string): EscrowState[] {
    return [...this.escrows.values()].filter((escrow) => escrow.token === token && escrow.module !== module);
  }
}
