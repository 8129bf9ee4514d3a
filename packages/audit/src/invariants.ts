// SPDX-License-Identifier: GPL-3.0-or-later
import { FINDINGS, type Finding, type FindingCode } from "./findings.ts";

export type InvariantLine = {
  readonly id: string;
  readonly sentence: string;
  readonly status: "holds" | "broken" | "not shown";
  readonly how: string;
};

const INVARIANTS: readonly (readonly [id: string, sentence: string, how: string, shown?: false])[] = [
  [
    "P1",
    "Custody holds at least what is free, reserved and owed.",
    "balance after the last block against all escrows in the token",
  ],
  [
    "P2",
    "What came in less what went out is what the ledgers say.",
    "every event against a transfer of the token, every transfer against an event, every ledger against custody's escrow",
  ],
  [
    "P3",
    "Paid is at most the benefit, and at most the policy's reserve.",
    "every payment counted again in periods",
  ],
  [
    "P4",
    "A claim moves one way, to one end.",
    "every change of a period's state, and the contract's states now",
  ],
  [
    "P5",
    "A period pays once; a holder has one policy at a time in a scope.",
    "claims and coverage counted again",
  ],
  [
    "P6",
    "What happens in one program lowers no other.",
    "each program's ledger rebuilt from its own events alone and compared with its escrow",
  ],
  ["P7", "The insurer cannot touch what is reserved or owed.", "every withdrawal against what was free then"],
  ["P8", "A stranger cannot lower anyone's balance.", "no transfer out without a payment or a withdrawal"],
  ["P9", "What is owed can be paid while paused.", "not visible in data", false],
  [
    "P10",
    "Every reserve becomes paid or free.",
    "every release and ending against its rule; what waits is counted under periods",
  ],
  [
    "C1",
    "A consent is active only if granted by that account, in time, unrevoked.",
    "ids rebuilt from contents; every claim's consent at its block; for one of the health ledger its live bit, rights and proof",
  ],
  [
    "C2",
    "A revocation is final.",
    "no grant after a revocation; no live bit of the health ledger that comes back",
  ],
  ["C3", "No claim is verified under a consent at or after its revocation.", "order of events"],
  [
    "A1",
    "An anchor is written once, in time.",
    "every write against the group's times and the earlier writes",
  ],
  [
    "V1",
    "A circuit's verifier and code never change.",
    "announcements, their waits and successors; code hash now against the registered one; the key's points in the code",
  ],
  ["V2", "A retired circuit stays retired; a suspension ends.", "every stop against the registry's times"],
  [
    "N1",
    "A claim is settled only with a verified proof.",
    "every proof taken from calldata and verified outside the chain, inputs rebuilt",
  ],
];

/** Which invariants of docs/security.md the findings break, and how each was checked. */
export function invariantLines(findings: readonly Finding[]): InvariantLine[] {
  const broken = new Set<string>();
  for (const { code, severity } of findings) {
    const [, ...concerned]: readonly string[] = FINDINGS[code];
    if (severity === "error") for (const id of concerned) broken.add(id);
  }
  // A proof under an unknown key does not break an invariant, but it does not show it either.
  const has = (wanted: FindingCode) => findings.some(({ code }) => code === wanted);
  const unshown = new Set([
    ...(has("CLAIM_KEY_UNKNOWN") ? ["N1"] : []),
    ...(has("CONSENT_KEY_UNKNOWN") ? ["C1"] : []),
  ]);
  return INVARIANTS.map(([id, sentence, how, shown]) => ({
    id,
    sentence,
    status: broken.has(id) ? "broken" : shown === false || unshown.has(id) ? "not shown" : "holds",
    how,
  }));
}
