// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractAddresses, contractInterfaces, FindingCode, KnownKeys } from "@vitalproof/audit";
import { id } from "ethers";
import { type History, SUCCESSOR } from "../auditHistory.ts";
import type { Lies, liar } from "../falsify.ts";
import { FIRST_EPOCH } from "../fixture.ts";

export const VERIFY_PROOF = id("verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[4])").slice(0, 10);
export const word = (value: bigint | number) => BigInt(value).toString(16).padStart(64, "0");

/** One way to falsify the chain. */
export type Falsification = {
  /** What is falsified. */
  readonly what: string;
  readonly lies: () => Lies;
  /** Codes that must be among the findings. */
  readonly found: readonly FindingCode[];
  /** The program that is audited; the first when left out. */
  readonly program?: () => bigint;
};

/** What lies are made of; known once the history was lived through. */
export type Setting = {
  readonly history: History;
  readonly keys: KnownKeys;
  readonly addresses: ContractAddresses & { readonly token: string };
  readonly interfaces: ReturnType<typeof contractInterfaces>;
  readonly lies: ReturnType<typeof liar>;
  /** The first claim's. */
  readonly claim: { readonly circuit: string; readonly block: number; readonly end: number };
  /** Account of the first policy's patient. */
  readonly controller: string;
  /** Calldata of the transactions of claims, in order. */
  readonly inputs: readonly string[];
};

type Args = Record<string, unknown>;

/** Choices of events and small changes. They look at the setting when they are used, not when they are made. */
export function tools(setting: Setting) {
  /** The arguments of an event with some members of a struct changed. */
  const structWith = (name: string, changes: Args) => (args: Args) => ({
    [name]: Object.values({ ...(args[name] as { toObject(): object }).toObject(), ...changes }),
  });
  const ofPolicy = (args: Args) => args.policyId === setting.history.policy;
  return {
    ofPolicy,
    ofPeriod: (period: number) => (args: Args) => ofPolicy(args) && args.period === BigInt(period),
    ofProgram: (args: Args) => args.programId === setting.history.insurer.program,
    ofEscrow: (args: Args) => args.escrowId === setting.history.insurer.escrow,
    onDay: (period: number) => (args: Args) => args.day === BigInt(FIRST_EPOCH + period + 1),
    offerWith: (changes: Args) => structWith("offer", changes),
    circuitWith: (changes: Args) => structWith("proposal", changes),
    isSuccessor: (args: Args) => (args.proposal as { version: bigint }).version === BigInt(SUCCESSOR),
    inReview: () => setting.history.review.program,
    termsIn: (args: Args) => (args.offer as { terms: bigint }).terms,
    circuitId: () => setting.claim.circuit,
    rootOf: (period: number) => BigInt(setting.history.requests[period]!.path.root),
    blockOfClaim: () => setting.claim.block,
    claimEnd: () => setting.claim.end,
    controllerOfConsent: () => setting.controller,
    /** Changes one word of a view's answer. */
    answering:
      (
        contract: keyof Setting["interfaces"],
        name: string,
        position: number,
        value: bigint,
      ): NonNullable<Lies["call"]> =>
      (to, data, answer) => {
        const selector = setting.interfaces[contract].getFunction(name)!.selector;
        if (to !== setting.addresses[contract].toLowerCase() || !data.startsWith(selector)) return answer;
        const at = 2 + position * 64;
        return `${answer.slice(0, at)}${word(value)}${answer.slice(at + 64)}`;
      },
    /** The proofs of two claims change places in the calldata; heads stay. */
    swapProofs: (a: number, b: number): Lies => {
      const [first, second] = [setting.inputs[a]!, setting.inputs[b]!];
      const head = 10 + 64 * 3;
      const swapped = new Map([
        [first, first.slice(0, head) + second.slice(head)],
        [second, second.slice(0, head) + first.slice(head)],
      ]);
      return {
        transaction: (transaction) => ({
          ...transaction,
          input: swapped.get(transaction.input) ?? transaction.input,
        }),
      };
    },
  };
}
