// SPDX-License-Identifier: GPL-3.0-or-later
//
// Parts of the auditor that need no contracts: what it reads out of calldata, keys, stops.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CLAIMS_PAYOUT_ABI, type Proof, proofCalldata, type VerificationKey } from "@vitalproof/sdk";
import { expect } from "chai";
import { AbiCoder, Interface } from "ethers";
import fc from "fast-check";
import { attestationsIn, claimProofsIn } from "../src/calldata.ts";
import { knownKeys, wordsInCode } from "../src/keys.ts";
import { StopHistory } from "../src/stops.ts";

const ARTIFACTS = join(import.meta.dirname, "../../../circuits/artifacts");

describe("audit: calldata", () => {
  const abi = new Interface(CLAIMS_PAYOUT_ABI);
  const proof: Proof = {
    a: [1n, 2n],
    b: [
      [3n, 4n],
      [5n, 6n],
    ],
    c: [7n, 8n],
  };
  const consent = `0x${"ab".repeat(32)}`;
  const circuit = `0x${"5a".repeat(32)}`;
  const claim = { policy: 9n, period: 3, consent, circuit, root: 77n };
  const call = abi.encodeFunctionData("submitClaim", [9n, 3, consent, proofCalldata(proof)]);

  it("finds a claim's proof sent directly, halves of G2 in their places", () => {
    expect(claimProofsIn(abi, call, claim)).to.deep.equal([proof]);
  });

  it("finds claims inside another contract's call, each by its own policy, period and consent", () => {
    const second = abi.encodeFunctionData("submitClaim", [
      9n,
      4,
      consent,
      proofCalldata({ ...proof, a: [11n, 12n] }),
    ]);
    const batch = `0x12345678${AbiCoder.defaultAbiCoder()
      .encode(["bytes[]"], [[call, second]])
      .slice(2)}`;
    expect(claimProofsIn(abi, batch, claim)).to.deep.equal([proof]);
    expect(claimProofsIn(abi, batch, { ...claim, period: 4 })[0]!.a).to.deep.equal([11n, 12n]);
    for (const other of [
      { ...claim, policy: 8n },
      { ...claim, period: 5 },
      { ...claim, consent: `0x${"ac".repeat(32)}` },
    ]) {
      expect(claimProofsIn(abi, batch, other)).to.deep.equal([]);
    }
  });

  it("finds claims among the items of submitClaims, each by its own circuit and root as well", () => {
    const item = (period: number, first: bigint) => ({
      policyId: 9n,
      period,
      consentId: consent,
      circuit,
      anchorRoot: 77n,
      proof: proofCalldata({ ...proof, a: [first, 2n] }),
    });
    const batch = abi.encodeFunctionData("submitClaims", [[item(3, 1n), item(4, 11n)]]);
    expect(claimProofsIn(abi, batch, claim)).to.deep.equal([proof]);
    expect(claimProofsIn(abi, batch, { ...claim, period: 4 })[0]!.a).to.deep.equal([11n, 2n]);
    for (const other of [
      { ...claim, policy: 8n },
      { ...claim, period: 5 },
      { ...claim, consent: `0x${"ac".repeat(32)}` },
      { ...claim, circuit: `0x${"5b".repeat(32)}` },
      { ...claim, root: 78n },
    ]) {
      expect(claimProofsIn(abi, batch, other)).to.deep.equal([]);
    }
    // The same words without the call are no claim.
    expect(
      claimProofsIn(abi, batch.replace(abi.getFunction("submitClaims")!.selector, "0x00000000"), claim),
    ).to.deep.equal([]);
  });

  it("a call cut short has no proof; calldata without attestations has none", () => {
    expect(claimProofsIn(abi, call.slice(0, -2), claim)).to.deep.equal([]);
    expect(attestationsIn(abi, call)).to.deep.equal([]);
    expect(attestationsIn(abi, `${abi.getFunction("issuePolicy")!.selector}00`)).to.deep.equal([]);
  });
});

describe("audit: keys", () => {
  const read = (circuit: string, file: string) =>
    JSON.parse(readFileSync(join(ARTIFACTS, circuit, file), "utf8")) as never;
  const circuits = readdirSync(ARTIFACTS);
  const keys = knownKeys(
    circuits.map((circuit) => ({
      circuit,
      key: read(circuit, "verification_key.json") as VerificationKey,
      keyKind: "development",
    })),
  );

  it("T16: every committed key hashes to what its manifest says, and is found by it", () => {
    for (const circuit of circuits) {
      const { verificationKeyHash } = read(circuit, "manifest.json") as { verificationKeyHash: string };
      expect(keys.get(verificationKeyHash)?.circuit).to.equal(circuit);
    }
  });

  it("are in the order of their circuits, however they came", () => {
    const names = [...knownKeys([...keys.values()].reverse()).values()].map(({ circuit }) => circuit);
    expect(names).to.deep.equal([...circuits].sort());
  });

  it("T16: one coordinate that is not in a verifier's code is noticed", () => {
    const { key } = [...keys.values()][0]!;
    const { of } = wordsInCode(key, "0x");
    const alpha = BigInt(key.vk_alpha_1[0]!).toString(16);
    expect(wordsInCode(key, "0x")).to.deep.equal({ found: 0, of });
    expect(wordsInCode(key, `0x${alpha.padStart(64, "0")}`).found).to.equal(1);
  });
});

describe("audit: stops", () => {
  it("reads a history as the contract's library does, against a plain scan", () => {
    const history = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 100 }), (steps, at) => {
        const stops = new StopHistory();
        const plain: [number, number][] = [];
        let time = 0;
        for (const [gap, length] of steps) {
          const start = time + gap;
          time = start + length;
          stops.begin(start, time, "");
          plain.push([start, time]);
        }
        const before = plain.filter(([start]) => start < at).at(-1);
        expect(stops.lastBefore(at)?.start).to.equal(before?.[0]);
        expect(stops.wasRunningAt(at)).to.equal(plain.some(([start, end]) => start <= at && at < end));
        expect(stops.runningUntil(at)).to.equal(at < (plain.at(-1)?.[1] ?? 0) ? plain.at(-1)![1] : 0);
      }),
    );
  });
});
