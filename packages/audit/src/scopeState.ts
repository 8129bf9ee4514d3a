// SPDX-License-Identifier: GPL-3.0-or-later
import { scopeOf } from "@vitalproof/sdk";
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";

export type ScopeState = { readonly creator: string; readonly group: bigint };

/** ScopeRegistry as its events tell it, each compared with the rule under which it may be emitted. */
export class ScopesState {
  readonly scopes = new Map<bigint, ScopeState>();
  readonly #context: { readonly chainId: bigint; readonly address: string; readonly findings: Findings };

  constructor(context: { chainId: bigint; address: string; findings: Findings }) {
    this.#context = context;
  }

  apply(event: ChainEvent): void {
    if (event.name === "ScopeCreated") this.#created(event);
  }

  /** The field element of a scope, as chain, registry and number give it. */
  elementOf(scopeNumber: bigint): bigint {
    const { chainId, address } = this.#context;
    return scopeOf({ chainId, scopes: address, scopeNumber });
  }

  #created(event: ChainEvent): void {
    const { findings } = this.#context;
    const id = event.big("scopeId");
    findings.inSequence("Scope", id, this.scopes.size, event.place);
    const element = this.elementOf(id);
    if (event.big("element") !== element) {
      findings.add(
        "SCOPE_ELEMENT_WRONG",
        `Scope ${id} was created with the element ${event.big("element")}; chain, registry and number give ${element}.`,
        event.place,
      );
    }
    this.scopes.set(id, { creator: event.hex("creator"), group: event.big("groupId") });
  }
}
