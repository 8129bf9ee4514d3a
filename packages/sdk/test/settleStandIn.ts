// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a relayer meets, as far as `settle` asks it: true proofs, and contracts that do what a real chain cannot be made
// to do at will.
import { concat, id, keccak256 } from "ethers";
import {
  simulatedProof,
  UNIT_INPUT_POINTS,
  UNIT_TRAPDOOR,
  unitKey,
} from "../../../test/support/simulatedProof.ts";
import {
  type ChainLimits,
  type CircuitClient,
  type ClaimItem,
  type ClaimsClient,
  type SettleOptions,
  type SkipReason,
  type settle,
  type VerificationKey,
  VitalproofError,
} from "../src/index.ts";
import { verificationKeyFromCode } from "../src/prove/verificationKey.ts";

const ROOT = 777n;
export const [GLUCOSE, HEART] = [id("glucose-day"), id("heart-rate-day")];
const UNIT_KEY: VerificationKey = verificationKeyFromCode(concat(["0x00", unitKey()]), keccak256(unitKey()));
export const PLENTY: ChainLimits = { gas: 10n ** 12n };

/** What a stand-in contract wants proven of a period. */
const inputsOf = (policy: bigint, period: number): [bigint, bigint, bigint, bigint] => [
  policy + 1n,
  ROOT,
  BigInt(period) + 5n,
  9n,
];

const proofs = new Map<string, ClaimItem["proof"]>();

/** A claim with a true proof; made once, since every point is a multiplication. */
export function claim(policy: number, period = 0, changes: Partial<ClaimItem> = {}): ClaimItem {
  const name = `${policy}/${period}`;
  const inputs = inputsOf(BigInt(policy), period);
  const seed = BigInt(policy) * 31n + BigInt(period);
  const proof = proofs.get(name) ?? simulatedProof(UNIT_TRAPDOOR, UNIT_INPUT_POINTS, inputs, seed);
  proofs.set(name, proof);
  return {
    policy: BigInt(policy),
    period,
    consentId: id(`consent ${policy}`),
    circuit: GLUCOSE,
    anchorRoot: ROOT,
    proof,
    ...changes,
  };
}

export const claims = (count: number) => Array.from({ length: count }, (_, i) => claim(i + 1));

/** The claim with the proof of another one. */
export const falsely = (item: ClaimItem): ClaimItem => ({ ...item, proof: claim(990, 90).proof });

export const unreachable = () => new VitalproofError("CONTRACT_CALL_FAILED", "The node does not answer.");
export const reverted = (error: string, details: Record<string, bigint> = {}) =>
  new VitalproofError("CONTRACT_REVERTED", `It was refused: ${error}.`, { details: { error, ...details } });

export type Method =
  | "domain"
  | "previewClaims"
  | "claimInputs"
  | "verificationKeyOf"
  | "estimateClaims"
  | "submitClaims";

/**
 * A claims contract and a circuit registry as far as `settle` asks them, and everything that was asked. `before` runs
 * ahead of every call, with how often this method was called before; what it throws, the call throws.
 */
export class StandIn {
  readonly settled = new Set<string>();
  readonly calls: { method: Method; items: readonly ClaimItem[] }[] = [];
  before: (method: Method, earlier: number, items: readonly ClaimItem[]) => void = () => {};
  /** Runs after a transaction was mined and before its sender learns of it. */
  mined: (earlier: number) => void = () => {};
  preview: (item: ClaimItem) => { reason: SkipReason; detail: bigint } | undefined = () => undefined;
  gasOf: (items: readonly ClaimItem[]) => bigint = (items) => 200_000n + 90_000n * BigInt(items.length);
  readonly gasLimits: (bigint | undefined)[] = [];
  readonly pauses: number[] = [];

  #called(method: Method, items: readonly ClaimItem[] = []): void {
    const earlier = this.callsOf(method).length;
    this.calls.push({ method, items: [...items] });
    this.before(method, earlier, items);
  }

  callsOf(method: Method) {
    return this.calls.filter((call) => call.method === method);
  }

  /** Policies of each transaction that was asked for. */
  get sent(): number[][] {
    return this.callsOf("submitClaims").map(({ items }) => items.map(({ policy }) => Number(policy)));
  }

  #previews(items: readonly ClaimItem[]): { reason: SkipReason; detail: bigint }[] {
    const earlier = new Set<string>();
    return items.map((item) => {
      const name = `${item.policy}/${item.period}`;
      if (this.settled.has(name) || earlier.has(name))
        return { reason: "period-already-claimed", detail: 0n };
      const preview = this.preview(item) ?? { reason: "none", detail: 0n };
      if (preview.reason === "none") earlier.add(name);
      return preview;
    });
  }

  get options(): SettleOptions {
    const claims_: Pick<ClaimsClient, Exclude<Method, "verificationKeyOf">> = {
      domain: async () => {
        this.#called("domain");
        return { chainId: 59141n, claims: "0x00000000000000000000000000000000000000C1" };
      },
      previewClaims: async (items) => {
        this.#called("previewClaims", items);
        return this.#previews(items);
      },
      claimInputs: async (policy, period) => {
        this.#called("claimInputs");
        return inputsOf(policy, period);
      },
      estimateClaims: async (items) => {
        this.#called("estimateClaims", items);
        return this.gasOf(items);
      },
      submitClaims: async (items, { gasLimit } = {}) => {
        const number = this.callsOf("submitClaims").length;
        this.#called("submitClaims", items);
        this.gasLimits.push(gasLimit);
        const previews = this.#previews(items);
        items.forEach(({ policy, period }, i) => {
          if (previews[i]!.reason === "none") this.settled.add(`${policy}/${period}`);
        });
        this.mined(number);
        return {
          result: previews.flatMap((preview, index) =>
            preview.reason === "none" ? [] : [{ index, ...preview }],
          ),
          hash: `0x${number}`,
          blockNumber: 100 + number,
          gasUsed: this.gasOf(items),
          receipt: undefined as never,
        };
      },
    };
    const circuits: Pick<CircuitClient, "verificationKeyOf"> = {
      verificationKeyOf: async () => {
        this.#called("verificationKeyOf");
        return UNIT_KEY;
      },
    };
    return {
      claims: claims_ as unknown as ClaimsClient,
      circuits: circuits as unknown as CircuitClient,
      limits: PLENTY,
      pause: async (attempt) => {
        this.pauses.push(attempt);
      },
    };
  }
}

export const outcomesOf = ({ claims: ended }: Awaited<ReturnType<typeof settle>>) =>
  ended.map((each) => {
    if (each.outcome === "settled") return each.outcome;
    return `${each.outcome} ${each.outcome === "skipped" ? each.reason : each.code}`;
  });
export const times = (count: number, outcome: string) => Array<string>(count).fill(outcome);
