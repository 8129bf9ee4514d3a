// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from "ethers";
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";

/** An account's power in a registry, handed over in two steps. Addresses in lower case. */
export class Role {
  /** The zero address before the registry's first event. */
  holder = ZeroAddress;
  readonly #name: string;
  readonly #findings: Findings;
  #nominee = ZeroAddress;

  constructor(name: string, findings: Findings) {
    this.#name = name;
    this.#findings = findings;
  }

  nominated(event: ChainEvent): void {
    const by = event.hex(this.#name);
    if (by !== this.holder) {
      this.#wrong(event, `A ${this.#name} was nominated in the name of ${by}; ${this.holder} was it then.`);
    }
    this.#nominee = event.hex("nominee");
  }

  changed(event: ChainEvent): void {
    const [previous, next] = [event.hex("previous"), event.hex(this.#name)];
    const first = this.holder === ZeroAddress;
    if (previous !== this.holder || (!first && next !== this.#nominee)) {
      this.#wrong(
        event,
        `The ${this.#name} became ${next} after ${previous}; it was ${this.holder}, and nominated was ${this.#nominee}.`,
      );
    }
    this.holder = next;
    this.#nominee = ZeroAddress;
  }

  #wrong(event: ChainEvent, sentence: string): void {
    this.#findings.add("ROLE_CHANGED_WRONGLY", sentence, event.place);
  }
}
