// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { poseidon2 } from "poseidon-lite/poseidon2";
import { poseidon3 } from "poseidon-lite/poseidon3";
import { poseidon4 } from "poseidon-lite/poseidon4";
import { poseidon14 } from "poseidon-lite/poseidon14";
import {
  anchorDayOf,
  anchorTree,
  assertField,
  codeOf,
  codeOfZero,
  describeCode,
  epochAt,
  epochEnd,
  epochStart,
  FIELD,
  genesisOf,
  headAfter,
  headOf,
  holderOf,
  INNER_INPUTS,
  INNER_MAX_FURTHER_BLOCKS,
  innerOf,
  leafOf,
  PROFILES,
  type ProfileName,
  packCodes,
  packContext,
  profileOf,
  rootOfPath,
  scopeOf,
  subjectOf,
  TAGS,
  unpackContext,
  valueOfCode,
} from "../src/index.ts";
import { codeThrown } from "./support.ts";

const glucose = profileOf("glucose-mg-dl-5min");
const heartRate = profileOf("heart-rate-1s");
const field = fc.oneof(fc.constantFrom(0n, 1n, FIELD - 1n), fc.bigInt({ min: 0n, max: FIELD - 1n }));

describe("hashes", () => {
  it("T12: tags are the ASCII of their names, big endian, counted ones with two bytes more, and all differ", () => {
    for (const [name, tag] of Object.entries(TAGS)) {
      const text = Buffer.from(tag.toString(16), "hex").toString("latin1");
      expect(text, name).to.match(new RegExp(`^vitalproof/${name}/[12](\\0\\0)?$`));
    }
    expect(new Set(Object.values(TAGS)).size).to.equal(Object.keys(TAGS).length);
  });

  it("T12: subject, holder, genesis, leaf and node are the Poseidon hashes of formats.md", () => {
    fc.assert(
      fc.property(field, field, field, (a, b, c) => {
        expect(subjectOf(a)).to.equal(poseidon3([TAGS.subject, a, 0n]));
        expect(holderOf(a, b)).to.equal(poseidon3([TAGS.holder, a, b]));
        expect(genesisOf(a, b, c)).to.equal(poseidon4([TAGS.genesis, a, b, c]));
        expect(leafOf(a, b, c)).to.equal(poseidon4([TAGS.leaf, a, b, c]));
      }),
      { numRuns: 20 },
    );
  });

  it("T12: a value of r or more, a negative one and a number are refused everywhere", () => {
    for (const bad of [FIELD, FIELD + 1n, -1n, 5 as unknown as bigint]) {
      expect(codeThrown(() => assertField("x", bad))).to.equal("NOT_A_FIELD_ELEMENT");
      expect(codeThrown(() => subjectOf(bad))).to.equal("NOT_A_FIELD_ELEMENT");
      expect(codeThrown(() => holderOf(1n, bad))).to.equal("NOT_A_FIELD_ELEMENT");
      expect(codeThrown(() => leafOf(1n, 2n, bad))).to.equal("NOT_A_FIELD_ELEMENT");
    }
  });

  it("T12: an inner hash of one block is P14(T_inner, ctx, salt, w0 … w10), slot 0 least significant; the head is P3(T_head, previous, inner)", () => {
    const codes = Array.from({ length: 288 }, (_, slot) => (slot * 7) % 364);
    const words = packCodes(glucose, codes);
    expect(words).to.have.length(11);
    expect(words[0]! & 511n).to.equal(BigInt(codes[0]!));
    expect((words[1]! >> 9n) & 511n).to.equal(BigInt(codes[29]!));
    expect(words[10]).to.equal(
      codes.slice(280).reduce((sum, code, i) => sum + BigInt(code) * 512n ** BigInt(i), 0n),
    );
    const inner = poseidon14([TAGS.inner, 2n, 3n, ...words]);
    expect(innerOf(glucose, { context: 2n, salt: 3n, codes })).to.equal(inner);
    expect(headAfter(1n, inner)).to.equal(poseidon3([TAGS.head, 1n, inner]));
    expect(headOf(glucose, { previous: 1n, context: 2n, salt: 3n, codes })).to.equal(headAfter(1n, inner));
  });

  it("T12: further blocks are P14(T_innerBlock + j, state, 12 words), the last one padded with 0", () => {
    const codes = Array.from({ length: 3600 }, (_, slot) => slot % 234);
    const words = packCodes(heartRate, codes);
    expect(words).to.have.length(117);
    let state = poseidon14([TAGS.inner, 8n, 7n, ...words.slice(0, 11)]);
    for (let j = 1; j <= 9; j++) {
      const block = words.slice(11 + 12 * (j - 1), 11 + 12 * j);
      while (block.length < 12) block.push(0n);
      state = poseidon14([TAGS.innerBlock + BigInt(j), state, ...block]);
    }
    expect(innerOf(heartRate, { context: 8n, salt: 7n, codes })).to.equal(state);
  });

  it("T12: an epoch of one word is P4(T_inner, ctx, salt, w0); a last word alone is P3(T_innerBlock + j, state, w)", () => {
    const doses = profileOf("doses-12h");
    expect(innerOf(doses, { context: 8n, salt: 7n, codes: [2, 1] })).to.equal(
      poseidon4([TAGS.inner, 8n, 7n, 6n]),
    );
    const acceleration = profileOf("acceleration-20hz");
    const codes = Array.from({ length: 1800 }, (_, slot) => slot % 804);
    const words = packCodes(acceleration, codes);
    expect(words).to.have.length(72);
    let state = poseidon14([TAGS.inner, 8n, 7n, ...words.slice(0, 11)]);
    for (let j = 1; j <= 5; j++) {
      state = poseidon14([
        TAGS.innerBlock + BigInt(j),
        state,
        ...words.slice(11 + 12 * (j - 1), 11 + 12 * j),
      ]);
    }
    expect(innerOf(acceleration, { context: 8n, salt: 7n, codes })).to.equal(
      poseidon3([TAGS.innerBlock + 6n, state, words[71]!]),
    );
  });

  it("T12: no inner hash has more blocks than its tags count to", () => {
    const most = INNER_INPUTS - 3 + INNER_MAX_FURTHER_BLOCKS * (INNER_INPUTS - 2);
    const of = (words: number) => {
      const profile = { ...profileOf("test-16"), slots: words, words, slotsPerWord: 1 };
      return innerOf(profile, { context: 8n, salt: 7n, codes: new Array<number>(words).fill(1) });
    };
    expect(of(most)).to.not.equal(of(most - 1));
    expect(codeThrown(() => of(most + 1))).to.equal("INVALID_ARGUMENT");
  });

  it("T6: a code beyond the table, a fraction or another number of slots is refused", () => {
    const codes = new Array<number>(288).fill(0);
    for (const bad of [364, 511, 512, -1, 1.5, Number.NaN]) {
      expect(codeThrown(() => packCodes(glucose, [bad, ...codes.slice(1)]))).to.equal("INVALID_ARGUMENT");
    }
    expect(codeThrown(() => packCodes(glucose, codes.slice(1)))).to.equal("INVALID_ARGUMENT");
  });

  it("T12: a context is profile | offset << 16 | epoch << 24", () => {
    expect(packContext({ profile: 1, offset: 32, epoch: 20_000 })).to.equal(
      1n | (32n << 16n) | (20_000n << 24n),
    );
    fc.assert(
      fc.property(fc.nat(65_535), fc.nat(255), fc.nat(2 ** 32 - 1), (profile, offset, epoch) => {
        expect(unpackContext(packContext({ profile, offset, epoch }))).to.deep.equal({
          profile,
          offset,
          epoch,
        });
      }),
    );
    expect(codeThrown(() => packContext({ profile: 65_536, offset: 0, epoch: 0 }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(codeThrown(() => unpackContext(1n << 56n))).to.equal("INVALID_ARGUMENT");
  });

  it("T11: a scope differs by chain, registry and number", () => {
    const scopes = "0x00000000000000000000000000000000000000c1";
    const elements = [
      scopeOf({ chainId: 1n, scopes, scopeNumber: 1n }),
      scopeOf({ chainId: 2n, scopes, scopeNumber: 1n }),
      scopeOf({ chainId: 1n, scopes, scopeNumber: 2n }),
      scopeOf({ chainId: 1n, scopes: "0x00000000000000000000000000000000000000c2", scopeNumber: 1n }),
    ];
    expect(new Set(elements).size).to.equal(4);
  });
});

describe("anchor tree", () => {
  it("T7: every leaf's path leads to the root; another index, sibling or leaf does not", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt({ min: 1n, max: FIELD - 1n }), { minLength: 1, maxLength: 21 }),
        (leaves) => {
          const tree = anchorTree(leaves);
          for (const leaf of leaves) {
            const path = tree.path(leaf);
            expect(rootOfPath(path)).to.equal(tree.root);
            if (path.siblings.length > 0) {
              expect(rootOfPath({ ...path, index: path.index ^ 1 })).to.not.equal(tree.root);
            }
            expect(rootOfPath({ ...path, index: path.index + 2 ** path.siblings.length })).to.equal(
              undefined,
            );
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("T7: a lone left child goes up unchanged; nodes are P2", () => {
    expect(anchorTree([3n, 1n, 2n]).root).to.equal(poseidon2([poseidon2([1n, 2n]), 3n]));
    expect(anchorTree([5n]).root).to.equal(5n);
  });

  it("T7: zero, repeated or no leaves, and paths deeper than 20, are refused", () => {
    expect(codeThrown(() => anchorTree([]))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => anchorTree([0n]))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => anchorTree([1n, 2n, 1n]))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => anchorTree([FIELD]))).to.equal("NOT_A_FIELD_ELEMENT");
    expect(rootOfPath({ leaf: 1n, index: 0, siblings: new Array<bigint>(21).fill(1n) })).to.equal(undefined);
  });
});

describe("codes and time", () => {
  it("T6: readings become codes exactly; beyond the ends they saturate, never to missing", () => {
    const table: [number | string, number][] = [
      ["LOW", 1],
      ["Low", 1],
      [39, 1],
      [39.9, 1],
      [0, 1],
      [40, 2],
      ["40.0", 2],
      [70, 32],
      [180, 142],
      [400, 362],
      [400.5, 363],
      [9999, 363],
      ["High", 363],
    ];
    for (const [value, code] of table) expect(codeOf(glucose, value), String(value)).to.equal(code);
    expect(describeCode(glucose, 32)).to.equal("70");
    expect(describeCode(glucose, 0)).to.equal("missing");
    expect(describeCode(glucose, 363)).to.equal("HIGH (above 400)");
  });

  it("T6: readings between two steps are refused, not rounded; so is what is no number", () => {
    for (const bad of [107.6, 179.9999999, "70.0001"]) {
      expect(codeThrown(() => codeOf(glucose, bad))).to.equal("READING_NOT_REPRESENTABLE");
    }
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1, "", "abc", "1e2", "0x64", "1,000"]) {
      expect(
        codeThrown(() => codeOf(glucose, bad)),
        String(bad),
      ).to.equal("READING_IMPOSSIBLE");
    }
  });

  it("T6: below the scale: from 0 up to the lowest is LOW, negative is impossible however near to 0", () => {
    for (const low of [0, -0, "-0.0", 1e-7, 1e-12, 1.5e-12, "0.000000000001", 0.5, "39.999999"]) {
      expect(codeOf(glucose, low), String(low)).to.equal(1);
    }
    for (const bad of [-1e-12, "-0.000000000001", -1e-7, "-0.4", -1, "1e-12"]) {
      expect(
        codeThrown(() => codeOf(glucose, bad)),
        String(bad),
      ).to.equal("READING_IMPOSSIBLE");
    }
    // Closed ends from 0: what is just above 0 lies between two steps, what is just below is impossible.
    const doses = profileOf("doses-12h");
    expect(codeThrown(() => codeOf(doses, 1e-12))).to.equal("READING_NOT_REPRESENTABLE");
    expect(codeThrown(() => codeOf(doses, -1e-12))).to.equal("READING_IMPOSSIBLE");
    // A scale that reaches below 0 has negative values, also between its steps.
    const acceleration = profileOf("acceleration-20hz");
    expect(codeThrown(() => codeOf(acceleration, -1e-12))).to.equal("READING_NOT_REPRESENTABLE");
  });

  it("T6: where the ends are closed, the first code is the lowest value and nothing lies beyond", () => {
    const oxygen = profileOf("spo2-1s");
    const doses = profileOf("doses-12h");
    expect([codeOf(oxygen, 1), codeOf(oxygen, "90"), codeOf(oxygen, 100)]).to.deep.equal([1, 90, 100]);
    expect([codeOf(doses, 0), codeOf(doses, 1)]).to.deep.equal([1, 2]);
    expect([describeCode(oxygen, 1), describeCode(oxygen, 100), describeCode(oxygen, 0)]).to.deep.equal([
      "1",
      "100",
      "missing",
    ]);
    for (const bad of [0, 0.5, 101, -1, "LOW", "HIGH", "100.1"]) {
      expect(
        codeThrown(() => codeOf(oxygen, bad)),
        String(bad),
      ).to.equal("READING_IMPOSSIBLE");
    }
    expect(codeThrown(() => codeOf(oxygen, 97.5))).to.equal("READING_NOT_REPRESENTABLE");
  });

  it("every profile: codes and values are each other's inverse, its table fits its bits, samples are whole", () => {
    for (const name of Object.keys(PROFILES) as ProfileName[]) {
      const any = profileOf(name);
      const beyond = any.ends === "open" ? 1 : 0;
      for (let code = 1 + beyond; code <= any.codes - beyond; code++)
        expect(codeOf(any, valueOfCode(any, code)), name).to.equal(code);
      expect(valueOfCode(any, any.codes - beyond), name).to.equal(valueOfCode(any, codeOf(any, any.highest)));
      expect(any.codes, name).to.be.lessThan(2 ** any.base);
      expect(any.samples * any.channels, name).to.equal(any.slots);
      expect(any.samples * any.interval, name).to.equal(any.epochSeconds);
    }
    expect(codeOfZero(profileOf("acceleration-20hz"))).to.equal(402);
    expect(codeOfZero(glucose)).to.equal(undefined);
  });

  it("epochs are half open and their anchor day is the day of their last second", () => {
    const noon = 48;
    expect(epochStart(glucose, noon, 10)).to.equal(43_200 + 864_000);
    expect(epochAt(glucose, noon, epochEnd(glucose, noon, 10))).to.equal(11);
    expect(epochAt(glucose, noon, epochEnd(glucose, noon, 10) - 1)).to.equal(10);
    expect(anchorDayOf(glucose, 0, 10)).to.equal(10);
    expect(anchorDayOf(glucose, noon, 10)).to.equal(11);
    expect(anchorDayOf(heartRate, 0, 23)).to.equal(0);
    expect(anchorDayOf(heartRate, 0, 24)).to.equal(1);
    expect(codeThrown(() => epochStart(glucose, 96, 0))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => epochStart(heartRate, 4, 0))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => epochAt(glucose, noon, 43_199))).to.equal("INVALID_ARGUMENT");
  });
});
