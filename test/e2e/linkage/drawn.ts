// SPDX-License-Identifier: GPL-3.0-or-later
//
// Policies of many patients as far as the SDK makes them: holders, controllers and nonces. Nobody acts, so no chain is
// needed, and there are enough patients for a bound that chance does not reach.
import { type ClaimsDomain, controllerOf, Identity, randomFieldElement } from "@vitalproof/sdk";
import { toBeHex } from "ethers";
import type { PolicyTrace } from "./attacker.ts";
import type { PublicTransaction } from "./population.ts";
import { type Draws, withDraws } from "./random.ts";

const SCOPES = [11n, 12n];
const DOMAIN: ClaimsDomain = { chainId: 31_337n, claims: "0x00000000000000000000000000000000000000c1" };
/** Everyone acts at the same time, with the same gas. */
const NOTHING: PublicTransaction = { time: 0, from: "", to: "", data: "0x", gasUsed: 0, logs: [] };

export interface DrawnPolicies {
  readonly traces: readonly PolicyTrace[];
  readonly patients: readonly (readonly [bigint, bigint])[];
}

export function drawnPolicies(people: number, draws: Draws): Promise<DrawnPolicies> {
  return withDraws(draws, async () => {
    const traces: PolicyTrace[] = [];
    const patients: [bigint, bigint][] = [];
    // The order of policies on the chain is the patients' doing, so it says nothing here.
    const order = Array.from({ length: 2 * people }, (_, i) => ({
      id: BigInt(i + 1),
      at: draws.between(0, 1),
    }))
      .sort((a, b) => a.at - b.at)
      .map(({ id }) => id);
    for (let person = 0; person < people; person++) {
      const identity = new Identity(randomFieldElement(), draws.bytes(32));
      SCOPES.forEach((scope, which) => {
        const program = BigInt(which + 1);
        const holder = identity.holder(scope);
        const controller = controllerOf(identity, { ...DOMAIN, program, index: 0 }).address;
        const nonce = randomFieldElement();
        traces.push({
          policy: order[2 * person + which]!,
          program,
          all: [NOTHING],
          issue: NOTHING,
          grants: [],
          claims: [],
          payments: [],
          holder,
          controller,
          nonce,
          expiry: 0,
          ...publicWordsOf(holder, controller, nonce),
          zeros: 0,
          claimGas: 0,
        });
      });
      patients.push([order[2 * person]!, order[2 * person + 1]!]);
    }
    return { traces, patients };
  });
}

/** The same policies with a fault that the SDK does not have: both nonces of a patient end in the same so many bits. */
export function withNonceEnds(
  { traces, patients }: DrawnPolicies,
  bits: number,
  draws: Draws,
): DrawnPolicies {
  const mask = (1n << BigInt(bits)) - 1n;
  const ends = new Map<bigint, bigint>();
  for (const policies of patients) {
    const end = BigInt(Math.floor(draws.between(0, 2 ** bits)));
    for (const policy of policies) ends.set(policy, end);
  }
  const faulty = traces.map((trace) => {
    const nonce = (trace.nonce & ~mask) | ends.get(trace.policy)!;
    return { ...trace, nonce, ...publicWordsOf(trace.holder, trace.controller, nonce) };
  });
  return { traces: faulty, patients };
}

function publicWordsOf(
  holder: bigint,
  controller: string,
  nonce: bigint,
): Pick<PolicyTrace, "accounts" | "words"> {
  const words = [holder, BigInt(controller), nonce].map((word) => toBeHex(word, 32).slice(2));
  return { accounts: new Set([words[1]!]), words: new Set(words) };
}
