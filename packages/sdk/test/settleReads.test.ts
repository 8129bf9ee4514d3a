// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { concat, dataLength, dataSlice, keccak256, toBeHex, ZeroHash } from "ethers";
import { countOutcomes, SKIP_REASONS, type VerificationKey } from "../src/index.ts";
import {
  verificationKeyFromCode,
  verificationKeyHash,
  verificationKeyWords,
} from "../src/prove/verificationKey.ts";
import { codeThrown } from "./support.ts";

const REPOSITORY = new URL("../../../", import.meta.url);

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
