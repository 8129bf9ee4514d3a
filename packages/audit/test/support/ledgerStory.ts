// SPDX-License-Identifier: GPL-3.0-or-later
import { boundConsentIdOf, type Matter, packRights, type Rights } from "@vitalproof/sdk/ledger";
import type { ChainEvent } from "../../src/events.ts";
import { Findings } from "../../src/findings.ts";
import { HealthLedgerState } from "../../src/ledgerState.ts";
import { account, eventOf } from "./events.ts";

export const [INSURER, OTHER, PATIENT, CUSTODIAN, NEXT] = [1, 2, 3, 4, 5].map(account) as [
  string,
  string,
  string,
  string,
  string,
];
/** Begin of a minute, Unix seconds. */
export const START = 1_771_131_600;
export const MINUTE = 60;
export const PURPOSE = `0x${"ab".repeat(32)}`;
export const MATTER: Matter = { patient: PATIENT, grantee: INSURER, purpose: PURPOSE, program: 1n };
/** For treatment and payment, until minute 100. */
export const RIGHTS: Rights = { purposes: 0b11, roles: 1, classes: 1, until: START / MINUTE + 100 };

/** Pages and the insurer's number, and what is told of them. Times are seconds from the start. */
export class Story {
  readonly findings = new Findings(1n);
  readonly state: HealthLedgerState;
  readonly events: ChainEvent[] = [];

  /** @param pages that the audit is about */
  constructor(pages: readonly bigint[] = [1n]) {
    this.state = new HealthLedgerState(this.findings, { insurer: INSURER, pages: new Set(pages) });
  }

  /** Page 1 with slots 0 to 2 given and live, and the insurer as grantee 1. */
  static begun(form = 0n): Story {
    return new Story()
      .tell("PageOpened", [1n, CUSTODIAN, form], 0)
      .tell("GranteeRegistered", [1n, INSURER], 0)
      .change(1, 0b111n, 3, 0);
  }

  tell(name: string, args: readonly unknown[], at: number): this {
    const event = eventOf("ledger", name, args, START + at);
    this.events.push(event);
    this.state.apply(event);
    return this;
  }

  change(version: number, live: bigint, granted: number, revoked: number, at = 0, root = 7n): this {
    return this.tell("ConsentsChanged", [1n, version, root, live, granted, revoked], at);
  }

  bind(slot: number, at: number, changes: { matter?: Matter; rights?: bigint; page?: bigint } = {}): this {
    const { matter = MATTER, rights = packRights(RIGHTS), page = 1n } = changes;
    const id = boundConsentIdOf(page, slot, matter);
    return this.tell("ConsentBound", [id, page, slot, rights, Object.values(matter)], at);
  }

  consent(slot: number, matter = MATTER) {
    return this.state.consents.get(boundConsentIdOf(1n, slot, matter))!;
  }

  codes(): string[] {
    return [...new Set(this.findings.all().map(({ code }) => code))].sort();
  }
}
