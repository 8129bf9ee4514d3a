// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { makeVectors, VECTORS } from "../scripts/vectors.ts";
import {
  deviceMessage,
  rootOfPath,
  SimulatedDevice,
  unpackTerms,
  verifyDeviceSignature,
} from "../src/index.ts";

type Case = Record<string, string>;

describe("vectors", () => {
  it("T12: the committed files are what the code gives, to the byte", () => {
    const made = makeVectors();
    expect(
      readdirSync(VECTORS)
        .filter((name) => name in made)
        .sort(),
    ).to.deep.equal(Object.keys(made).sort());
    for (const [name, text] of Object.entries(made))
      expect(readFileSync(VECTORS + name, "utf8"), name).to.equal(text);
  });

  it("T12: packed terms open again, and every path leads to its root", () => {
    const read = (name: string): Case[] => JSON.parse(readFileSync(VECTORS + name, "utf8")) as Case[];
    for (const { terms, packed } of read("terms.json"))
      expect(unpackTerms(BigInt(packed!))).to.deep.equal(terms);
    for (const { root, paths } of read("trees.json")) {
      for (const { leaf, index, siblings } of paths as unknown as {
        leaf: string;
        index: number;
        siblings: string[];
      }[]) {
        expect(rootOfPath({ leaf: BigInt(leaf), index, siblings: siblings.map(BigInt) })).to.equal(
          BigInt(root!),
        );
      }
    }
  });

  it("T12: the device message is six 32-byte words that both curves sign", async () => {
    const cases = JSON.parse(readFileSync(`${VECTORS}signatures.json`, "utf8")) as Case[];
    for (const { curve, message, publicKey, group, subject, previous, inner, context } of cases) {
      const bytes = deviceMessage({
        group: BigInt(group!),
        subject: BigInt(subject!),
        previous: BigInt(previous!),
        inner: BigInt(inner!),
        context: BigInt(context!),
      });
      expect(bytes).to.have.length(192);
      expect(Buffer.from(bytes).toString("hex")).to.equal(message);
      const device = new SimulatedDevice(curve as "p256", new Uint8Array(32).fill(1));
      expect(device.publicKey).to.equal(publicKey);
      expect(verifyDeviceSignature(device, bytes, await device.sign(bytes))).to.equal(true);
    }
  });
});
