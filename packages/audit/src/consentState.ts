// SPDX-License-Identifier: GPL-3.0-or-later
import { type Consent, consentIdOf } from "@vitalproof/sdk";
import type { ChainEvent } from "./events.ts";
import type { Findings } from "./findings.ts";

/** The consent registry, where consents are in public, or the health ledger. */
export type ConsentSource = "registry" | "ledger";

export type ConsentState = {
  readonly id: string;
  readonly source: ConsentSource;
  readonly consent: Omit<Consent, "receiptHash" | "nonce">;
  readonly grantedAt: number;
  readonly transaction: string;
  revokedAt: number | undefined;
  /** Claims settled under it: policy and period. */
  readonly claims: { policy: bigint; period: number }[];
};

/** ConsentRegistry as its events tell it. */
export class ConsentsState {
  readonly consents = new Map<string, ConsentState>();
  readonly #revoked = new Map<string, number>();
  readonly #findings: Findings;
  readonly #grantee: string | undefined;

  /** @param grantee the audited program's insurer: consents to it are checked, the others' only recorded */
  constructor(findings: Findings, grantee: string | undefined) {
    this.#findings = findings;
    this.#grantee = grantee;
  }

  apply(event: ChainEvent): void {
    if (event.name === "ConsentGranted") this.#granted(event);
    else if (event.name === "ConsentRevoked") {
      const id = event.hex("consentId");
      const patient = event.hex("patient");
      this.#revoked.set(`${patient}/${id}`, event.time);
      const record = this.consents.get(id);
      if (record?.consent.patient === patient) record.revokedAt ??= event.time;
    }
  }

  #granted(event: ChainEvent): void {
    const id = event.hex("consentId");
    const consent: Consent = {
      patient: event.hex("patient"),
      grantee: event.hex("grantee"),
      purpose: event.hex("purpose"),
      program: event.big("program"),
      from: event.number("from"),
      until: event.number("until"),
      receiptHash: event.hex("receiptHash"),
      nonce: event.big("nonce"),
    };
    if (consent.grantee === this.#grantee) {
      const place = { ...event.place, consent: id, program: consent.program };
      const rebuilt = consentIdOf(consent);
      if (rebuilt !== id) {
        this.#findings.add(
          "CONSENT_ID_WRONG",
          `Consent ${id} is filed under another id than its content gives, ${rebuilt}.`,
          place,
        );
      }
      if (this.consents.has(id) || this.#revoked.has(`${consent.patient}/${id}`)) {
        this.#findings.add(
          "CONSENT_GRANTED_TWICE",
          `Consent ${id} was granted again, after it had been granted or revoked.`,
          place,
        );
      }
    }
    this.consents.set(id, {
      id,
      source: "registry",
      consent,
      grantedAt: event.time,
      transaction: event.log.transactionHash,
      revokedAt: undefined,
      claims: [],
    });
  }
}
