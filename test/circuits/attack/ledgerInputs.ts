// SPDX-License-Identifier: GPL-3.0-or-later
//
// Inputs for the circuits of the health ledger: batches that are not full, with all kinds of what they can hold.
import type { CircuitInput } from "@vitalproof/hardhat-circom/attack";
import { accessesOf, bindSlotWitness, ownSlotWitness, revokeActionOf, sizesOf } from "@vitalproof/sdk/ledger";
import { uncheckedAccessBatch, uncheckedConsentBatch } from "@vitalproof/sdk/measure";
import { ADDRESS, grantOf, numberOf, pageOf, patientOf } from "../../support/ledgerPage.ts";

const TEMPLATES = ["accessBatch", "consentBatch", "ownSlot", "bindSlot"] as const;
type Template = (typeof TEMPLATES)[number];

export function isLedger(template: unknown): template is Template {
  return TEMPLATES.includes(template as Template);
}

const salt = numberOf("salt");
const { page, patients } = pageOf(200);
const address = ADDRESS;

export function ledgerInputs(circuit: string, template: Template): readonly CircuitInput[] {
  return MADE[template](circuit) as readonly CircuitInput[];
}

const MADE: { readonly [T in Template]: (circuit: string) => readonly unknown[] } = {
  accessBatch(circuit) {
    const most = accessesOf(circuit);
    const accesses = Array.from({ length: Math.ceil(most / 2) }, (_, i) => ({
      ...{
        slot: (37 * i) % 200,
        actor: 999 - i,
        role: i % 4,
        purpose: [1, 2, 4][i % 3]!,
        class: 4 + (i % 4),
      },
      ...{ minute: (11 * i) % 4_096, glass: i % 5 === 1 ? 1 : 0 },
      consent: patients[(37 * i) % 200]!.consent,
    }));
    const request = { circuit, address, page, base: 29_500_000, span: 4_095, accesses };
    const made = { most, nonce: numberOf("nonce") & ((1n << 96n) - 1n), salt };
    return [uncheckedAccessBatch(request, made).witness.circuitInput()];
  },
  consentBatch(circuit) {
    const grants = Array.from({ length: 3 }, (_, i) => grantOf(patientOf(`newcomer ${i}`), 200 + i));
    const revocations = [7, 150].map((slot) => ({ slot, ...patients[slot]! }));
    const request = { circuit, address, page, form: 0n, grants, revocations };
    return [uncheckedConsentBatch(request, { ...sizesOf(circuit), salt }).witness.circuitInput()];
  },
  ownSlot: () => [ownSlotWitness(owned).circuitInput()],
  bindSlot: () => [bindSlotWitness(owned).circuitInput()],
};

const owned = { leaves: page.leaves, slot: 103, ...patients[103]!, action: revokeActionOf(ADDRESS) };
