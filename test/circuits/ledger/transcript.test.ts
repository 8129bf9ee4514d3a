// SPDX-License-Identifier: GPL-3.0-or-later
//
// H2, H3: why a transcript has a digest, and what has to be in it. Both variants without it are forged here.
import { inverse, mod } from "@vitalproof/hardhat-circom/attack";
import { TAGS } from "@vitalproof/sdk";
import { evaluateWords, transcriptDigest, transcriptPoint } from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { concat, toBeHex } from "ethers";
import { poseidon3 } from "poseidon-lite";
import { numberOf, pageOf } from "../../support/ledgerPage.ts";
import { compileCircuit } from "../support/circuit.ts";

const WORDS = 8;
const PUBLIC = ["digest", "x", "y"];
const domain = toBeHex(numberOf("domain"), 32);
const bytesOf = (words: readonly bigint[]) => concat(words.map((word) => toBeHex(word, 32)));
const wordsOf = (name: string, count = WORDS) =>
  Array.from({ length: count }, (_, i) => numberOf(`${name} ${i}`));

describe("circuits: ledger, transcript", function () {
  this.timeout(120_000);
  const salt = numberOf("salt");
  const [shown, proven] = [wordsOf("calldata"), wordsOf("proven")];

  it("H2: with the polynomial alone a prover proves any words, and calldata says others", async () => {
    const circuit = await compileCircuit({
      file: "unsound-transcript.circom",
      call: `UnsoundTranscript(${WORDS})`,
      public: ["x", "y"],
    });
    // What everybody sees, hashed as the contract would.
    const x = transcriptPoint(domain, 0n, bytesOf(shown));
    const y = evaluateWords(shown, x);
    const forged = [mod(proven[0]! + y - evaluateWords(proven, x)), ...proven.slice(1)];
    expect(forged.filter((word, i) => word !== shown[i])).to.have.length(WORDS);
    expect(await circuit.accepts({ x, y, words: forged })).to.equal(true);
  });

  it("H2: with the digest under the hash the same prover needs a new point for every try", async () => {
    const circuit = await compileCircuit({
      file: "lib/transcript.circom",
      call: `Transcript(TAG_ACCESS_BATCH(), ${WORDS}, 1)`,
      public: PUBLIC,
    });
    const parts = { tag: TAGS.accessBatch, salt, extra: [7n] };
    const honest = (words: readonly bigint[]) => {
      const digest = transcriptDigest({ ...parts, words });
      const x = transcriptPoint(domain, digest, bytesOf(words));
      return { digest, x, y: evaluateWords(words, x), salt, words, extra: [7n] };
    };
    expect(await circuit.accepts(honest(shown))).to.equal(true);
    // The contract has `shown`; the digest is of other words, solved for the point of an earlier try.
    const first = honest(shown);
    const solved = [mod(proven[0]! + first.y - evaluateWords(proven, first.x)), ...proven.slice(1)];
    expect(await circuit.accepts({ ...first, words: solved })).to.equal(false);
    const digest = transcriptDigest({ ...parts, words: solved });
    const x = transcriptPoint(domain, digest, bytesOf(shown));
    const y = evaluateWords(shown, x);
    expect(await circuit.accepts({ digest, x, y, salt, words: solved, extra: [7n] })).to.equal(false);
    expect(await circuit.accepts({ ...first, extra: [8n] })).to.equal(false);
  });

  for (const sound of [false, true]) {
    const title = sound ? "are refused where they are in it" : "are forged where they are not in the digest";
    it(`H3: leaves chosen after the challenge ${title}`, async () => {
      const circuit = await compileCircuit({
        file: "unsound-page-lookup.circom",
        call: `PageLookupTranscript(2, ${sound ? 1 : 0})`,
        public: PUBLIC,
      });
      const { page } = pageOf(20);
      const leaves = Array.from({ length: 256 }, (_, s) => page.leaves[s] ?? 0n);
      const live = leaves.map((leaf) => (leaf === 0n ? 0n : 1n));
      const rows = [3n, 9n];
      const counts = Array.from({ length: 512 }, (_, t) => (t === 3 || t === 9 ? 1n : 0n));
      const words = [3n, 9n];
      const inputs = (committed: readonly bigint[], opened: (x: bigint) => readonly bigint[]) => {
        const extra = sound ? [...committed, 0n] : [0n];
        const digest = transcriptDigest({ tag: TAGS.accessBatch, salt, words, extra });
        const x = transcriptPoint(domain, digest, bytesOf(words));
        const y = evaluateWords(words, x);
        return { digest, x, y, salt, words, rows, opened: opened(x), live, leaves, counts };
      };
      const truth = [leaves[3]!, leaves[9]!];
      expect(await circuit.accepts(inputs(truth, () => truth))).to.equal(true);
      // Two accesses under consents that nobody gave: the first is anything, the second solves the sum.
      const forged = inputs(truth, (x) => {
        const [z, gamma] = [1n, 2n].map((number) => poseidon3([TAGS.batchChallenge, x, number])) as [
          bigint,
          bigint,
        ];
        const share = (row: bigint, leaf: bigint) => inverse(mod(z - row - gamma * leaf));
        const first = numberOf("a consent of nobody");
        const wanted = mod(share(3n, truth[0]!) + share(9n, truth[1]!) - share(3n, first));
        return [first, mod((z - 9n - inverse(wanted)) * inverse(gamma))];
      });
      expect(forged.opened[0]).not.to.equal(truth[0]);
      expect(forged.opened[1]).not.to.equal(truth[1]);
      expect(await circuit.accepts(forged)).to.equal(!sound);
    });
  }
});
