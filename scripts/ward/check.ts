// SPDX-License-Identifier: GPL-3.0-or-later
//
// What must come out. The numbers of device, gateway and chain are compared with each other.
import { BENEFIT } from "../../simulation/index.ts";
import { BEDS } from "./beds.ts";
import type { BedFacts, WardFacts } from "./facts.ts";

/** @returns what is wrong, a sentence each */
export function wrongIn(facts: WardFacts): string[] {
  const wrong = facts.beds.flatMap((bed) => wrongInBed(bed).map((text) => `${bed.bed}: ${text}`));
  const must = (what: string, got: number, wanted: number): void => {
    if (got !== wanted) wrong.push(`${what}: ${got}, and it must be ${wanted}`);
  };
  const called = (call: string): number => facts.transactions.find((each) => each.call === call)?.count ?? 0;
  must("transactions that settle claims", called("submitClaims") + called("submitClaim"), 1);
  must("roots", called("anchor"), 1);
  must("consents", called("grantWithSignature"), BEDS.length);
  // Whatever else the broker refused was a device's own.
  for (const reason of ["publish", "anonymous", "password"])
    must(`connections refused for ${reason}`, facts.brokerRefused[reason] ?? 0, 1);
  wrong.push(...facts.problems.map(({ what }) => `the gateway has a problem: ${what}`));
  return wrong;
}

function wrongInBed({ device, readings, epochs, claims, proofs, settled, paid, ...bed }: BedFacts): string[] {
  const wrong: string[] = [];
  const must = (what: string, got: unknown, wanted: unknown): void => {
    const [is, should] = [textOf(got), textOf(wanted)];
    if (is !== should) wrong.push(`${what}: ${is}, and it must be ${should}`);
  };
  const { kept, moved, dropped, duplicate, refused, waiting, given } = readings;
  const allRefused = Object.values(refused).reduce((sum, count) => sum + count, 0);
  must(
    "readings of which is known what became of them",
    kept + moved + dropped + duplicate + allRefused + waiting,
    given,
  );
  // What was stored and not acknowledged when the gateway was killed came twice.
  if (given < device.acknowledged || given > device.sent)
    wrong.push(`${given} readings were given, of ${device.acknowledged} to ${device.sent} messages`);
  must("messages that were acknowledged", device.acknowledged, device.messages);
  const { offline } = BEDS.find(({ name }) => name === bed.bed)!;
  const tooLate = offline?.sends === "too-late" ? offline.to - offline.from : 0;
  must("readings that were sealed", kept, device.measured - tooLate);
  must("readings that were moved", moved, 0);
  must("readings that contradict earlier ones", dropped, device.contradicted);
  must("readings that were refused", refused, tooLate === 0 ? {} : { "epoch-sealed": tooLate });
  must("readings that wait", waiting, 0);
  must("epochs", epochs, { sealed: 1, accepted: 1, gaps: 0 });
  const isPaid = bed.expected === "paid";
  must("claims", claims, isPaid ? { final: 1 } : { unmet: 1 });
  must("proofs", proofs, isPaid ? 1 : 0);
  must("settlements on the chain", settled, isPaid ? 1 : 0);
  must("money", paid, isPaid ? Number(BENEFIT) : 0);
  return wrong;
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
