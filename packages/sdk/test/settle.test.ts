// SPDX-License-Identifier: GPL-3.0-or-later
//
// The relayer without a chain: how it fills batches, and what it does when node, network or contract do what a real
// chain cannot be made to do at will. With a chain: test/e2e/settle.test.ts.
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { concat, dataLength, dataSlice, Interface, id, keccak256, toBeHex, ZeroHash } from "ethers";
import {
  simulatedProof,
  UNIT_INPUT_POINTS,
  UNIT_TRAPDOOR,
  unitKey,
} from "../../../test/support/simulatedProof.ts";
import { CLAIMS_PAYOUT_ABI } from "../src/generated/abi.ts";
import {
  type ChainLimits,
  type CircuitClient,
  type ClaimItem,
  type ClaimsClient,
  chainLimits,
  countOutcomes,
  proofCalldata,
  type SettleOptions,
  type SettleProgress,
  SKIP_REASONS,
  type SkipReason,
  settle,
  type VerificationKey,
  VitalproofError,
} from "../src/index.ts";
import {
  verificationKeyFromCode,
  verificationKeyHash,
  verificationKeyWords,
} from "../src/prove/verificationKey.ts";
import { calldataBytesOf, estimatedGasOf, fillBatches, usageOf } from "../src/settle/fill.ts";
import { exceeded } from "../src/settle/limits.ts";
import { refusalOf } from "../src/settle/refusal.ts";
import { codeRejected, codeThrown } from "./support.ts";

const REPOSITORY = new URL("../../../", import.meta.url);
const ROOT = 777n;
const [GLUCOSE, HEART] = [id("glucose-day"), id("heart-rate-day")];
const UNIT_KEY: VerificationKey = verificationKeyFromCode(concat(["0x00", unitKey()]), keccak256(unitKey()));
const PLENTY: ChainLimits = { gas: 10n ** 12n };

/** What a stand-in contract wants proven of a period. */
const inputsOf = (policy: bigint, period: number): [bigint, bigint, bigint, bigint] => [
  policy + 1n,
  ROOT,
  BigInt(period) + 5n,
  9n,
];

const proofs = new Map<string, ClaimItem["proof"]>();

/** A claim with a true proof; made once, since every point is a multiplication. */
function claim(policy: number, period = 0, changes: Partial<ClaimItem> = {}): ClaimItem {
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

const claims = (count: number) => Array.from({ length: count }, (_, i) => claim(i + 1));

/** The claim with the proof of another one. */
const falsely = (item: ClaimItem): ClaimItem => ({ ...item, proof: claim(990, 90).proof });

const unreachable = () => new VitalproofError("CONTRACT_CALL_FAILED", "The node does not answer.");
const reverted = (error: string, details: Record<string, bigint> = {}) =>
  new VitalproofError("CONTRACT_REVERTED", `It was refused: ${error}.`, { details: { error, ...details } });

type Method =
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
class StandIn {
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

const outcomesOf = ({ claims: ended }: Awaited<ReturnType<typeof settle>>) =>
  ended.map((each) => {
    if (each.outcome === "settled") return each.outcome;
    return `${each.outcome} ${each.outcome === "skipped" ? each.reason : each.code}`;
  });
const times = (count: number, outcome: string) => Array<string>(count).fill(outcome);

describe("filling batches", () => {
  const of = (circuit: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ circuit, name: `${circuit}${i}` }));
  const sizes = (batches: readonly unknown[][]) => batches.map((batch) => batch.length);

  it("puts claims of one statement side by side and keeps the given order inside", () => {
    const [a, b] = [of("a", 3), of("b", 2)];
    const batches = fillBatches([b[0]!, a[0]!, a[1]!, b[1]!, a[2]!], PLENTY);
    expect(batches.map((batch) => batch.map(({ name }) => name))).to.deep.equal([
      ["b0", "b1", "a0", "a1", "a2"],
    ]);
    expect(fillBatches([], PLENTY)).to.deep.equal([]);
  });

  it("gas binds: exactly as many as its model allows, and one less below it", () => {
    const gas = estimatedGasOf(5, 1);
    expect(sizes(fillBatches(of("a", 12), { gas }))).to.deep.equal([5, 5, 2]);
    expect(sizes(fillBatches(of("a", 12), { gas: gas - 1n }))).to.deep.equal([4, 4, 4]);
    expect(sizes(fillBatches(of("a", 12), { gas, calldataBytes: 60_000 }))).to.deep.equal([5, 5, 2]);
  });

  it("a further circuit costs gas of its own", () => {
    const gas = estimatedGasOf(4, 2);
    expect(sizes(fillBatches([...of("a", 2), ...of("b", 2)], { gas }))).to.deep.equal([4]);
    expect(sizes(fillBatches([...of("a", 2), ...of("b", 2)], { gas: gas - 1n }))).to.deep.equal([3, 1]);
    // Three circuits of one claim each; the circuits of a batch before do not count in the next.
    expect(
      sizes(
        fillBatches(
          [..."abc"].flatMap((name) => of(name, 1)),
          { gas: estimatedGasOf(1, 1) },
        ),
      ),
    ).to.deep.equal([1, 1, 1]);
  });

  it("calldata binds: 60,000 bytes hold 144 claims", () => {
    expect(sizes(fillBatches(of("a", 300), { ...PLENTY, calldataBytes: 60_000 }))).to.deep.equal([
      144, 144, 12,
    ]);
    const calldataBytes = calldataBytesOf(7);
    expect(sizes(fillBatches(of("a", 15), { ...PLENTY, calldataBytes }))).to.deep.equal([7, 7, 1]);
    expect(sizes(fillBatches(of("a", 15), { ...PLENTY, calldataBytes: calldataBytes - 1 }))).to.deep.equal([
      6, 6, 3,
    ]);
  });

  it("loses none, doubles none, and every batch is as full as can be", () => {
    const every: ChainLimits[] = [
      { gas: estimatedGasOf(9, 2), calldataBytes: calldataBytesOf(8) },
      { ...PLENTY, ecMul: 23, pairings: 3 },
      { ...PLENTY, millerLoops: 11, ecAdd: 17 },
      chainLimits(59144n),
    ];
    const fits = (batch: readonly { circuit: string }[], limits: ChainLimits) => {
      const names = batch.map(({ circuit }) => circuit);
      const counts = [...new Set(names)].map((name) => names.filter((other) => other === name).length);
      return exceeded(usageOf(counts), limits) === undefined;
    };
    for (let seed = 1; seed <= 200; seed++) {
      const given = Array.from({ length: (seed * 7) % 60 }, (_, i) => ({
        circuit: `s${(i * i * seed + i) % ((seed % 5) + 1)}`,
        name: i,
      }));
      const limits = every[seed % every.length]!;
      const batches = fillBatches(given, limits);
      expect(
        batches
          .flat()
          .map(({ name }) => name)
          .sort((a, b) => a - b),
      ).to.deep.equal([...given.keys()]);
      batches.forEach((batch, i) => {
        expect(fits(batch, limits)).to.equal(true);
        const next = batches[i + 1]?.[0];
        if (next !== undefined) expect(fits([...batch, next], limits), "takes one more").to.equal(false);
      });
      // Once a circuit is left behind it does not come again.
      const order = batches.flat().map(({ circuit }) => circuit);
      const runs = order.filter((circuit, i) => circuit !== order[i - 1]);
      expect(runs.length).to.equal(new Set(runs).size);
    }
  });

  it("limits into which not one claim fits are refused", () => {
    for (const limits of [
      { gas: estimatedGasOf(1, 1) - 1n },
      { ...PLENTY, calldataBytes: calldataBytesOf(1) - 1 },
      { gas: 0n },
      { ...PLENTY, ecAdd: 3 },
      { ...PLENTY, ecMul: 3 },
      { ...PLENTY, pairings: 0 },
      { ...PLENTY, millerLoops: 3 },
    ]) {
      expect(codeThrown(() => fillBatches(of("a", 2), limits))).to.equal("INVALID_ARGUMENT");
      expect(codeThrown(() => fillBatches([], limits))).to.equal("INVALID_ARGUMENT");
    }
    expect(
      sizes(fillBatches(of("a", 2), { gas: estimatedGasOf(1, 1), calldataBytes: calldataBytesOf(1) })),
    ).to.deep.equal([1, 1]);
  });

  it("knows the length of calldata", () => {
    const abi = new Interface(CLAIMS_PAYOUT_ABI);
    for (const count of [1, 2, 17]) {
      const data = abi.encodeFunctionData("submitClaims", [
        claims(count).map(({ policy, proof, ...item }) => ({
          ...item,
          policyId: policy,
          proof: proofCalldata(proof),
        })),
      ]);
      expect(calldataBytesOf(count)).to.equal(dataLength(data));
    }
  });

  it("counts the curve's calls: one claim by its own verifier, more of a circuit together", () => {
    const curve = (...counts: number[]) => {
      const { ecAdd, ecMul, pairings, millerLoops } = usageOf(counts);
      return [ecAdd, ecMul, pairings, millerLoops];
    };
    expect(curve(1)).to.deep.equal([4, 4, 1, 4]);
    // 2 N + 6 multiplications and N + 3 pairs; test/e2e/curveCalls.test.ts traces them.
    expect(curve(2)).to.deep.equal([7, 10, 1, 5]);
    expect(curve(17)).to.deep.equal([22, 40, 1, 20]);
    expect(curve(17, 1, 2)).to.deep.equal([33, 54, 3, 29]);
    expect(curve()).to.deep.equal([0, 0, 0, 0]);
  });

  it("Linea bounds bytes and calls of the curve, everybody else only gas", () => {
    for (const chain of [59141n, 59144n]) {
      expect(chainLimits(chain)).to.deep.equal({
        gas: 2n ** 24n,
        calldataBytes: 60_000,
        ecAdd: 256,
        ecMul: 40,
        pairings: 16,
        millerLoops: 64,
      });
    }
    for (const chain of [1n, 8453n, 31337n, 10n ** 30n])
      expect(chainLimits(chain)).to.deep.equal({ gas: 2n ** 24n });
  });

  it("a transaction on Linea takes 17 claims of one circuit, 14 of two, or ten circuits with one claim each", () => {
    const linea = chainLimits(59144n);
    expect(sizes(fillBatches(of("a", 50), linea))).to.deep.equal([17, 17, 16]);
    expect(sizes(fillBatches([...of("a", 7), ...of("b", 8)], linea))).to.deep.equal([14, 1]);
    const many = Array.from({ length: 12 }, (_, i) => of(`c${i}`, 1)).flat();
    expect(sizes(fillBatches(many, linea))).to.deep.equal([10, 2]);
  });
});

describe("what the relayer reads", () => {
  it("skip reasons stand in the contract's order", () => {
    const source = readFileSync(new URL("contracts/interfaces/IClaimsPayout.sol", REPOSITORY), "utf8");
    const names = /enum SkipReason \{([^}]*)\}/
      .exec(source)![1]!
      .split(",")
      .map((name) => name.trim());
    const kebab = (name: string) => name.replace(/(?<=.)([A-Z])/g, "-$1").toLowerCase();
    expect([...SKIP_REASONS]).to.deep.equal(names.map(kebab));
  });

  const folder = new URL("circuits/artifacts/", REPOSITORY);
  const keys = readdirSync(folder).map((name): [string, VerificationKey] => [
    name,
    JSON.parse(readFileSync(new URL(`${name}/verification_key.json`, folder), "utf8")),
  ]);
  const codeOf = (key: VerificationKey) =>
    concat(["0x00", ...verificationKeyWords(key).map((word) => toBeHex(word, 32))]);

  it("T12: every key of this repository comes back from its code", () => {
    expect(keys.length).to.be.greaterThan(10);
    for (const [name, key] of keys) {
      const { protocol, curve, nPublic, vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC } = key;
      expect(verificationKeyFromCode(codeOf(key), verificationKeyHash(key)), name).to.deep.equal({
        protocol,
        curve,
        nPublic,
        vk_alpha_1,
        vk_beta_2,
        vk_gamma_2,
        vk_delta_2,
        IC,
      });
    }
  });

  it("T12: what is not the registered key is refused", () => {
    const key = keys[0]![1];
    const [code, hash] = [codeOf(key), verificationKeyHash(key)];
    const changed = (at: number) => {
      const byte = Number.parseInt(code.slice(2 + 2 * at, 4 + 2 * at), 16) ^ 1;
      return `${code.slice(0, 2 + 2 * at)}${byte.toString(16).padStart(2, "0")}${code.slice(4 + 2 * at)}`;
    };
    const length = dataLength(code);
    const wrong: Record<string, [string, string]> = {
      "another hash": [code, ZeroHash],
      "another key": [codeOf(keys[1]![1]), hash],
      "no code": ["0x", hash],
      "only the zero byte": ["0x00", hash],
      "no zero byte": [dataSlice(code, 1), hash],
      "another first byte": [changed(0), hash],
      "the first word's first byte": [changed(1), hash],
      "a byte in the middle": [changed(length >> 1), hash],
      "the last byte": [changed(length - 1), hash],
      "cut off by a byte": [dataSlice(code, 0, length - 1), hash],
      "a byte too many": [concat([code, "0x00"]), hash],
    };
    // Also where the hash is that of what lies there.
    for (const words of [0, 14, 16, 17, 19]) {
      const part = dataSlice(code, 0, 1 + 32 * words);
      wrong[`a key of ${words} words`] = [part, keccak256(dataSlice(part, 1))];
    }
    for (const [what, [bytes, of]] of Object.entries(wrong)) {
      expect(
        codeThrown(() => verificationKeyFromCode(bytes, of)),
        what,
      ).to.equal("ARTIFACT_MISMATCH");
    }
  });

  it("counts outcomes", () => {
    const of = { policy: 1n, period: 0 };
    const failed = { ...of, outcome: "failed", code: "ABORTED", message: "" } as const;
    expect(
      countOutcomes({
        claims: [
          { ...of, outcome: "settled", transaction: "0x", blockNumber: 1 },
          failed,
          { ...of, outcome: "refused", code: "PROOF_INVALID", message: "" },
          { ...of, outcome: "skipped", reason: "not-anchored", detail: 1n },
          failed,
        ],
        transactions: [],
      }),
    ).to.deep.equal({ settled: 1, skipped: 1, refused: 1, failed: 2 });
    expect(countOutcomes({ claims: [], transactions: [] })).to.deep.equal({
      settled: 0,
      skipped: 0,
      refused: 0,
      failed: 0,
    });
  });
});

describe("settling, with stand-ins for node and contracts", function () {
  this.timeout(60_000);

  it("settles all, reports them in the given order, and what each transaction did", async () => {
    const node = new StandIn();
    const given = [claim(1, 0, { circuit: HEART }), claim(2), claim(3, 0, { circuit: HEART }), claim(2, 1)];
    const report = await settle(given, { ...node.options, limits: { gas: estimatedGasOf(2, 1) } });
    expect(report.claims.map(({ policy, period }) => [policy, period])).to.deep.equal([
      [1n, 0],
      [2n, 0],
      [3n, 0],
      [2n, 1],
    ]);
    expect(node.sent).to.deep.equal([
      [1, 3],
      [2, 2],
    ]);
    expect(report.claims.map((each) => each.outcome === "settled" && each.transaction)).to.deep.equal([
      "0x0",
      "0x1",
      "0x0",
      "0x1",
    ]);
    expect(report.transactions).to.deep.equal(
      [0, 1].map((i) => ({
        hash: `0x${i}`,
        blockNumber: 100 + i,
        settled: 2,
        skipped: 0,
        gasUsed: 380_000n,
        calldataBytes: calldataBytesOf(2),
      })),
    );
    // A quarter above the estimate, and never above the limit.
    expect(node.gasLimits).to.deep.equal([475_000n, 475_000n]);
    const tight = new StandIn();
    tight.gasOf = () => 390_000n;
    await settle([claim(1)], { ...tight.options, limits: { gas: 400_000n } });
    expect(tight.gasLimits).to.deep.equal([400_000n]);
  });

  it("nothing to settle asks and sends nothing", async () => {
    const node = new StandIn();
    expect(await settle([], node.options)).to.deep.equal({ claims: [], transactions: [] });
    expect(node.calls).to.deep.equal([]);
  });

  it("takes the chain's limits where none are given", async () => {
    const node = new StandIn();
    const { limits: _, ...options } = node.options;
    expect(outcomesOf(await settle(claims(2), options))).to.deep.equal(times(2, "settled"));
    expect(node.callsOf("domain").length).to.equal(1);
  });

  it("limits into which no claim fits are refused before anything is asked", async () => {
    const node = new StandIn();
    expect(await codeRejected(settle(claims(1), { ...node.options, limits: { gas: 1n } }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(node.calls).to.deep.equal([]);
  });

  it("leaves out what the contract would leave out, for its reason, and sends the rest", async () => {
    const node = new StandIn();
    node.preview = ({ policy }) => (policy === 2n ? { reason: "period-not-over", detail: 44n } : undefined);
    const report = await settle(claims(3), node.options);
    expect(outcomesOf(report)).to.deep.equal(["settled", "skipped period-not-over", "settled"]);
    expect(report.claims[1]).to.deep.include({ detail: 44n }).and.to.not.have.property("transaction");
    expect(node.sent).to.deep.equal([[1, 3]]);
  });

  it("what becomes impossible until it is mined is skipped, with the transaction that skipped it", async () => {
    const node = new StandIn();
    node.before = (method) => {
      if (method === "submitClaims") node.settled.add("2/0");
    };
    const report = await settle(claims(3), node.options);
    expect(outcomesOf(report)).to.deep.equal(["settled", "skipped period-already-claimed", "settled"]);
    expect(report.claims[1]).to.include({ transaction: "0x0" });
    expect(report.transactions[0]).to.include({ settled: 2, skipped: 1 });
  });

  it("T19: false proofs are refused here, and nothing is sent for them", async () => {
    const node = new StandIn();
    const report = await settle([falsely(claim(1)), claim(2), falsely(claim(3))], node.options);
    expect(outcomesOf(report)).to.deep.equal(["refused PROOF_INVALID", "settled", "refused PROOF_INVALID"]);
    expect(node.sent).to.deep.equal([[2]]);
    const alone = new StandIn();
    await settle([falsely(claim(1))], alone.options);
    expect([alone.callsOf("estimateClaims"), alone.sent]).to.deep.equal([[], []]);
  });

  it("of copies the first is settled and the others are skipped", async () => {
    const node = new StandIn();
    const report = await settle([claim(1), claim(2), claim(1), claim(1)], node.options);
    const twin = "skipped period-already-claimed";
    expect(outcomesOf(report)).to.deep.equal(["settled", "settled", twin, twin]);
    expect(node.sent).to.deep.equal([[1, 2]]);
  });

  it("T20: a false copy in front of a true claim does not keep it from being settled", async () => {
    const node = new StandIn();
    const given = [
      falsely(claim(1)),
      claim(2),
      claim(1, 0, { consentId: ZeroHash }),
      claim(1),
      claim(1),
      claim(3),
    ];
    node.preview = ({ consentId }) =>
      consentId === ZeroHash ? { reason: "no-active-consent", detail: 0n } : undefined;
    expect(outcomesOf(await settle(given, node.options))).to.deep.equal([
      "refused PROOF_INVALID",
      "settled",
      "skipped no-active-consent",
      "settled",
      "skipped period-already-claimed",
      "settled",
    ]);
    expect(node.sent).to.deep.equal([[2, 1, 3]]);
  });

  it("a claim that cannot be written down is refused and spoils nobody else's", async () => {
    const good = claim(1);
    const { a, b, c } = good.proof;
    const bad: Record<string, Partial<ClaimItem>> = {
      "policy below 0": { policy: -1n },
      "policy above its type": { policy: 2n ** 64n },
      "period above its type": { period: 2 ** 32 },
      "period below 0": { period: -1 },
      "broken period": { period: 0.5 },
      "period of another type": { period: "1" as never },
      "short consent": { consentId: "0x12" },
      "consent that is no hex": { consentId: "z".repeat(66) },
      "no circuit": { circuit: undefined as never },
      "root above its type": { anchorRoot: 2n ** 256n },
      "negative coordinate": { proof: { a: [-a[0], a[1]], b, c } },
      "coordinate above its type": { proof: { a, b: [b[0], [b[1][0], 2n ** 256n]], c } },
      "missing coordinate": { proof: { a, b, c: [c[0]] as never } },
      "no proof": { proof: undefined as never },
    };
    const given = [...Object.values(bad).map((changes) => ({ ...good, ...changes })), good];
    const node = new StandIn();
    const report = await settle(given, node.options);
    Object.keys(bad).forEach((what, i) => {
      expect(report.claims[i], what).to.include({ outcome: "refused", code: "INVALID_ARGUMENT" });
    });
    expect(report.claims.at(-1)!.outcome).to.equal("settled");
    expect(node.callsOf("previewClaims").map(({ items }) => items.length)).to.deep.equal([1]);
  });

  it("asks about many claims in several calls", async () => {
    const node = new StandIn();
    node.preview = () => ({ reason: "not-anchored", detail: 3n });
    const one = claim(1);
    const report = await settle(
      Array.from({ length: 250 }, (_, i) => ({ ...one, policy: BigInt(i) })),
      node.options,
    );
    expect(outcomesOf(report)).to.deep.equal(times(250, "skipped not-anchored"));
    expect(node.callsOf("previewClaims").map(({ items }) => items.length)).to.deep.equal([100, 100, 50]);
  });

  const METHODS: readonly Method[] = [
    "domain",
    "previewClaims",
    "claimInputs",
    "verificationKeyOf",
    "estimateClaims",
    "submitClaims",
  ];
  it("T22: a root corrected between preview and verification is named, and no proof called false", async () => {
    const node = new StandIn();
    const [item] = claims(1);
    const report = await settle([{ ...item!, anchorRoot: item!.anchorRoot + 1n }], node.options);
    expect(report.claims[0]).to.deep.include({
      outcome: "skipped",
      reason: "other-root",
      detail: item!.anchorRoot,
    });
    expect(node.callsOf("submitClaims")).to.have.length(0);
  });

  for (const method of METHODS) {
    it(`a node that fails twice at ${method} and then answers: all settled`, async () => {
      const node = new StandIn();
      node.before = (called, earlier) => {
        if (called === method && earlier < 2) throw unreachable();
      };
      const { limits, ...options } = node.options;
      const report = await settle(claims(2), method === "domain" ? options : { ...options, limits });
      expect(outcomesOf(report)).to.deep.equal(times(2, "settled"));
      expect(node.pauses).to.deep.equal([1, 2]);
    });

    it(`a node that always fails at ${method}: all failed, nothing thrown`, async () => {
      const node = new StandIn();
      node.before = (called) => {
        if (called === method) throw unreachable();
      };
      const { limits, ...options } = node.options;
      const report = await settle(claims(2), method === "domain" ? options : { ...options, limits });
      expect(outcomesOf(report)).to.deep.equal(times(2, "failed CONTRACT_CALL_FAILED"));
      expect(report.transactions).to.deep.equal([]);
      // Where each claim is asked about alone, each is tried three times.
      const alone = method === "claimInputs" || method === "verificationKeyOf";
      expect(node.callsOf(method).length).to.equal(alone ? 6 : 3);
      const once = new StandIn();
      once.before = node.before;
      const { limits: _, ...domain } = once.options;
      await settle(claims(1), { ...(method === "domain" ? domain : once.options), attempts: 1 });
      expect([once.callsOf(method).length, once.pauses]).to.deep.equal([1, []]);
    });
  }

  it("errors that are none of this package's, as a provider throws them, are tried again as well", async () => {
    const node = new StandIn();
    node.before = (called, earlier) => {
      if (called === "verificationKeyOf" && earlier < 2) throw new Error("socket hang up");
    };
    expect(outcomesOf(await settle(claims(1), node.options))).to.deep.equal(["settled"]);
    node.before = () => {
      throw new Error("socket hang up");
    };
    const report = await settle(claims(2), node.options);
    expect(outcomesOf(report)).to.deep.equal(times(2, "failed CONTRACT_CALL_FAILED"));
  });

  it("what a contract answers is not asked again", async () => {
    const node = new StandIn();
    node.before = (called) => {
      if (called === "previewClaims") throw reverted("ClaimsPayout_IsPaused", { until: 9n });
    };
    expect(outcomesOf(await settle(claims(2), node.options))).to.deep.equal(
      times(2, "failed CONTRACT_REVERTED"),
    );
    expect(node.callsOf("previewClaims").length).to.equal(1);
    const keyless = new StandIn();
    keyless.before = (called) => {
      if (called === "verificationKeyOf")
        throw new VitalproofError("ARTIFACT_MISMATCH", "That is not the key.");
    };
    expect(outcomesOf(await settle(claims(1), keyless.options))).to.deep.equal(["failed ARTIFACT_MISMATCH"]);
    expect(keyless.pauses).to.deep.equal([]);
  });

  it("a transaction that was mined and whose answer was lost is not sent again", async () => {
    const node = new StandIn();
    node.mined = () => {
      throw unreachable();
    };
    const report = await settle(claims(3), node.options);
    expect(outcomesOf(report)).to.deep.equal(times(3, "skipped period-already-claimed"));
    expect(node.sent.length).to.equal(1);
    expect(node.settled.size).to.equal(3);
  });

  it("one batch that fails takes nobody else's down", async () => {
    const node = new StandIn();
    node.before = (method, _, items) => {
      if (method === "estimateClaims" && items[0]!.policy === 3n) throw unreachable();
    };
    const report = await settle(claims(6), { ...node.options, limits: { gas: estimatedGasOf(2, 1) } });
    expect(outcomesOf(report)).to.deep.equal([
      ...times(2, "settled"),
      ...times(2, "failed CONTRACT_CALL_FAILED"),
      ...times(2, "settled"),
    ]);
  });

  describe("stopping", () => {
    it("before: nothing is asked, all failed", async () => {
      const node = new StandIn();
      const report = await settle(claims(2), { ...node.options, signal: AbortSignal.abort() });
      expect(outcomesOf(report)).to.deep.equal(times(2, "failed ABORTED"));
      expect(node.calls).to.deep.equal([]);
    });

    it("in the middle: what was sent stays settled, the rest is not sent", async () => {
      const node = new StandIn();
      const stop = new AbortController();
      node.mined = (earlier) => {
        if (earlier === 1) stop.abort();
      };
      const report = await settle(claims(6), {
        ...node.options,
        limits: { gas: estimatedGasOf(2, 1) },
        signal: stop.signal,
      });
      expect(outcomesOf(report)).to.deep.equal([...times(4, "settled"), ...times(2, "failed ABORTED")]);
      expect(node.sent.length).to.equal(2);
      expect(report.transactions.length).to.equal(2);
    });

    it("while it waits for the next attempt: no further one", async () => {
      const node = new StandIn();
      const stop = new AbortController();
      node.before = (method) => {
        if (method === "submitClaims") throw unreachable();
      };
      const report = await settle(claims(2), {
        ...node.options,
        signal: stop.signal,
        pause: async () => stop.abort(),
      });
      expect(outcomesOf(report)).to.deep.equal(times(2, "failed ABORTED"));
      expect(node.sent.length).to.equal(1);
    });
  });

  describe("batches that do not go as they are", () => {
    it("an estimate above the limit halves them, in order", async () => {
      const node = new StandIn();
      const gas = estimatedGasOf(7, 1);
      node.gasOf = (items) => (items.length > 2 ? gas + 1n : gas);
      const report = await settle(claims(7), { ...node.options, limits: { gas } });
      expect(outcomesOf(report)).to.deep.equal(times(7, "settled"));
      expect(node.sent).to.deep.equal([[1, 2], [3, 4], [5, 6], [7]]);
      expect(node.gasLimits).to.deep.equal([gas, gas, gas, gas]);
    });

    it("halves go before the batches behind them", async () => {
      const node = new StandIn();
      const gas = estimatedGasOf(4, 1);
      node.gasOf = (items) => (items.length > 2 && items[0]!.policy === 1n ? gas + 1n : gas);
      await settle(claims(8), { ...node.options, limits: { gas } });
      expect(node.sent).to.deep.equal([
        [1, 2],
        [3, 4],
        [5, 6, 7, 8],
      ]);
    });

    /** As ethers hands a node's answer on: inside its own error, next to the request. */
    const refused = (words: string, code = -32_000) =>
      new VitalproofError("CONTRACT_CALL_FAILED", "It failed.", {
        cause: Object.assign(new Error("missing revert data"), {
          code: "CALL_EXCEPTION",
          info: { error: { code, message: words }, payload: { method: "eth_estimateGas" } },
        }),
      });

    for (const words of [
      "gas required exceeds allowance (16777216)",
      "transaction gas limit too high (cap: 16777216, tx: 20971520)",
      "Cannot estimate gas, gas spent exceeded transaction and block gas limit",
      "Gas limit of transaction is greater than the allowed max of 24000000",
      "Calldata of transaction is greater than the allowed max of 30000",
      "Transaction line count for module PRECOMPILE_ECMUL_EFFECTIVE_CALLS=42 is above the limit 40",
      "oversized data: transaction size 140000, limit 131072",
      "Something that no relayer has heard of",
    ]) {
      it(`a node that says "${words}" gets halves, at once, whether it is asked or sent to`, async () => {
        for (const method of ["estimateClaims", "submitClaims"] as const) {
          const node = new StandIn();
          node.before = (called, _, items) => {
            if (called === method && items.length > 1) throw refused(words);
          };
          const report = await settle(claims(3), node.options);
          expect(outcomesOf(report)).to.deep.equal(times(3, "settled"));
          expect(report.transactions.map(({ settled }) => settled)).to.deep.equal([1, 1, 1]);
          expect(node.pauses).to.deep.equal([]);
        }
      });
    }

    it("an error of Solidity's own or of another contract is halved, the contract's own is not", async () => {
      const halvedBy = async (details: Record<string, string>) => {
        const node = new StandIn();
        node.before = (called, _, items) => {
          if (called !== "estimateClaims" || items.length < 2) return;
          const cause = refused("execution reverted", 3);
          throw new VitalproofError("CONTRACT_REVERTED", "It was refused.", { details, cause });
        };
        return outcomesOf(await settle(claims(2), node.options));
      };
      expect(await halvedBy({ error: "Panic" })).to.deep.equal(times(2, "settled"));
      expect(await halvedBy({ data: "0x12345678" })).to.deep.equal(times(2, "settled"));
      expect(await halvedBy({ error: "ClaimsPayout_Paused" })).to.deep.equal(
        times(2, "failed CONTRACT_REVERTED"),
      );
    });

    for (const [words, code] of [
      ["insufficient funds for gas * price + value", -32_000],
      ["nonce too low", -32_000],
      ["header not found", -32_000],
      ["replacement transaction underpriced", -32_000],
      ["max fee per gas less than block base fee", -32_000],
      ["daily request count exceeded", -32_005],
      ["User denied transaction signature.", 4001],
    ] as const) {
      it(`"${words}" is no reason to halve`, async () => {
        const node = new StandIn();
        node.before = (method) => {
          if (method === "estimateClaims") throw refused(words, code);
        };
        const report = await settle(claims(2), node.options);
        expect(outcomesOf(report)).to.deep.equal(times(2, "failed CONTRACT_CALL_FAILED"));
        expect(node.callsOf("estimateClaims").map(({ items }) => items.length)).to.deep.equal([2, 2, 2]);
      });
    }

    it("only an answer of the node is a refusal, and only its own words are told", () => {
      expect(refusalOf(refused("above the limit"))).to.deep.equal({
        words: "above the limit",
        isForAnySize: false,
      });
      expect(refusalOf(refused("x".repeat(5_000)))!.words).to.have.length(300);
      const lost = new DOMException("The operation was aborted.", "AbortError");
      for (const error of [
        undefined,
        "above the limit",
        new Error("socket hang up"),
        Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", errno: -111 }),
        new VitalproofError("CONTRACT_CALL_FAILED", "It failed.", { cause: lost }),
      ])
        expect(refusalOf(error)).to.equal(undefined);
    });

    it("one claim that the node refuses fails with the node's words, and the others are settled", async () => {
      const node = new StandIn();
      const words =
        "Transaction line count for module PRECOMPILE_ECMUL_EFFECTIVE_CALLS=4 is above the limit 3";
      node.before = (method, _, items) => {
        if (method === "estimateClaims" && items.some(({ policy }) => policy === 3n)) throw refused(words);
      };
      const report = await settle(claims(4), node.options);
      expect(outcomesOf(report)).to.deep.equal(times(4, "settled").with(2, "failed CONTRACT_CALL_FAILED"));
      expect(report.claims[2]).to.include({ message: `It failed. The node says: ${words}` });
    });

    it("one claim above the limit fails, and the others are settled", async () => {
      const node = new StandIn();
      const gas = estimatedGasOf(4, 1);
      node.gasOf = (items) => (items.some(({ policy }) => policy === 3n) ? gas + 1n : gas);
      const report = await settle(claims(4), { ...node.options, limits: { gas } });
      expect(outcomesOf(report)).to.deep.equal(["settled", "settled", "failed INVALID_ARGUMENT", "settled"]);
      expect(node.sent).to.deep.equal([[1, 2], [4]]);
    });

    for (const method of ["estimateClaims", "submitClaims"] as const) {
      it(`BatchNotVerified at ${method}: halved down to the false one`, async () => {
        const node = new StandIn();
        node.before = (called, _, items) => {
          if (called === method && items.some(({ policy }) => policy === 6n)) {
            throw reverted("ClaimsPayout_BatchNotVerified", { first: 0n, last: BigInt(items.length - 1) });
          }
        };
        const report = await settle(claims(8), node.options);
        expect(outcomesOf(report)).to.deep.equal(times(8, "settled").with(5, "refused PROOF_INVALID"));
        // Eight, then four and four, two and two, one and one: the logarithm of it, not one by one.
        expect(report.transactions.length).to.equal(3);
        expect(node.pauses).to.deep.equal([]);
      });

      it(`InvalidProofInBatch at ${method}: just that one is dropped`, async () => {
        const node = new StandIn();
        node.before = (called, _, items) => {
          const index = items.findIndex(({ policy }) => policy === 2n || policy === 5n);
          if (called === method && index !== -1) {
            throw reverted("ClaimsPayout_InvalidProofInBatch", {
              index: BigInt(index),
              policyId: items[index]!.policy,
              period: 0n,
            });
          }
        };
        const report = await settle(claims(6), node.options);
        expect(outcomesOf(report)).to.deep.equal(
          times(6, "settled").with(1, "refused PROOF_INVALID").with(4, "refused PROOF_INVALID"),
        );
        expect(node.sent.at(-1)).to.deep.equal([1, 3, 4, 6]);
        expect(report.transactions.length).to.equal(1);
      });
    }

    it("a batch of one that is false leaves nothing to send; an index that is none is no reason to drop", async () => {
      const node = new StandIn();
      let index = 0n;
      node.before = (called) => {
        if (called === "estimateClaims") throw reverted("ClaimsPayout_InvalidProofInBatch", { index });
      };
      expect(outcomesOf(await settle(claims(1), node.options))).to.deep.equal(["refused PROOF_INVALID"]);
      expect(node.callsOf("estimateClaims").length).to.equal(1);
      index = 7n;
      expect(outcomesOf(await settle(claims(2), node.options))).to.deep.equal(
        times(2, "failed CONTRACT_REVERTED"),
      );
    });

    it("what a retry finds impossible by then is skipped, and the rest sent", async () => {
      const node = new StandIn();
      node.before = (method, earlier) => {
        if (method !== "submitClaims" || earlier > 0) return;
        node.settled.add("1/0");
        throw unreachable();
      };
      const report = await settle(claims(3), node.options);
      expect(outcomesOf(report)).to.deep.equal(["skipped period-already-claimed", "settled", "settled"]);
      expect(node.sent).to.deep.equal([
        [1, 2, 3],
        [2, 3],
      ]);
    });
  });

  it("reports progress that only grows: checking, verifying, sending, and all at the end", async () => {
    const node = new StandIn();
    node.before = (method, earlier) => {
      if (method === "submitClaims" && earlier === 1) throw unreachable();
    };
    const seen: SettleProgress[] = [];
    const given = [...claims(5), claim(1), falsely(claim(6))];
    await settle(given, {
      ...node.options,
      limits: { gas: estimatedGasOf(2, 1) },
      onProgress: (progress) => seen.push(progress),
    });
    const phases = seen.map(({ phase }) => phase);
    expect(phases.filter((phase, i) => phase !== phases[i - 1])).to.deep.equal([
      "checking",
      "verifying",
      "sending",
    ]);
    seen.forEach((now, i) => {
      const last = seen[i - 1];
      expect(now.of).to.equal(given.length);
      expect(now.done).to.be.within(last?.phase === now.phase ? last.done : 0, given.length);
      expect(now.elapsedMs).to.be.greaterThanOrEqual(last?.elapsedMs ?? 0);
    });
    expect(seen.at(-1)).to.include({ phase: "sending", done: given.length });
    const sending = seen.filter(({ phase }) => phase === "sending").map(({ done }) => done);
    expect(sending).to.deep.equal([2, 4, 6, 7]);
  });
});
