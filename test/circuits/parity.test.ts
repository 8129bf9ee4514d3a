// SPDX-License-Identifier: GPL-3.0-or-later
//
// T12: the circuits and the SDK hash, pack and build paths alike, on random
// inputs and on the edges of the field. LONG=1 compares more than 100,000 hashes.
import { R } from "@vitalproof/hardhat-circom/attack";
import {
  anchorTree,
  CONTEXT_FIELDS,
  FIELD,
  genesisOf,
  headOf,
  holderOf,
  INNER_INPUTS,
  INNER_MAX_FURTHER_BLOCKS,
  leafOf,
  MAX_DEPTH,
  nodeOf,
  PROFILES,
  type Profile,
  profileOf,
  rootOfPath,
  subjectOf,
  TAGS,
  unpackTerms,
} from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { compileCircuit } from "./support/circuit.ts";
import { padded } from "./support/hashes.ts";
import { read, SEED } from "./support/parity.ts";

const LONG = process.env.LONG === "1";

const EDGES = [
  0n,
  1n,
  2n,
  R - 1n,
  R - 2n,
  R >> 1n,
  1n << 64n,
  1n << 128n,
  1n << 252n,
  1n << 253n,
  (1n << 253n) + 1n,
];

/** Field elements, each bit length as likely as another, and edges among them. */
const element = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt(0n, R - 1n) },
  { weight: 1, arbitrary: fc.constantFrom(...EDGES) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 252 }).map((k) => (1n << BigInt(k)) - 1n) },
);

describe("circuits: parity with the SDK", () => {
  const LANES = 8;
  const HASHES = ["subject", "holder", "leaf", "genesis", "node"] as const;

  it(`T12: subject, holder, leaf, genesis and node agree on ${LONG ? "100,000" : "400"} random vectors and all edges`, async function () {
    this.timeout(3_600_000);
    const circuit = await compileCircuit({ file: "hashes.circom", call: `HashesOnly(${LANES})` });
    let compared = 0;
    const compare = async (lanes: readonly (readonly bigint[])[]) => {
      const column = (at: number) => lanes.map((lane) => lane[at]!);
      const witness = await circuit.honest({
        secret: column(0),
        scope: column(1),
        context: column(2),
        head: column(3),
        salt: column(4),
      });
      for (const [i, lane] of lanes.entries()) {
        const [secret, scope, context, head, salt] = lane as [bigint, bigint, bigint, bigint, bigint];
        const subject = subjectOf(secret);
        const expected = {
          subject,
          holder: holderOf(secret, scope),
          leaf: leafOf(subject, context, head),
          genesis: genesisOf(subject, context, salt),
          node: nodeOf(head, salt),
        };
        for (const name of HASHES) {
          expect(read(circuit, witness, `${name}[${i}]`), `${name} of ${lane}`).to.equal(expected[name]);
          compared++;
        }
      }
    };
    // Every edge in every place.
    const edgeLanes = EDGES.flatMap((edge) =>
      Array.from({ length: 5 }, (_, at) =>
        Array.from({ length: 5 }, (_, i) => (i === at ? edge : BigInt(i + 3))),
      ),
    );
    edgeLanes.push(...EDGES.map((edge) => new Array<bigint>(5).fill(edge)));
    while (edgeLanes.length % LANES !== 0) edgeLanes.push([0n, 0n, 0n, 0n, 0n]);
    for (let from = 0; from < edgeLanes.length; from += LANES)
      await compare(edgeLanes.slice(from, from + LANES));
    const atEdges = compared;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(element, { minLength: 5, maxLength: 5 }), { minLength: LANES, maxLength: LANES }),
        compare,
      ),
      { numRuns: LONG ? 2_500 : 10, seed: SEED },
    );
    expect(compared - atEdges).to.be.at.least(LONG ? 100_000 : 400);
  });

  /** What an epoch's head is made of. */
  type Epoch = Parameters<typeof headOf>[1];

  /** Compares the heads of one epoch of each profile. One circuit has them all: a compilation is mostly the hash's constants. */
  async function headsOf(profiles: readonly Profile[]): Promise<(epochs: readonly Epoch[]) => Promise<void>> {
    const [slots, bases] = [profiles.map((profile) => profile.slots), profiles.map(({ base }) => base)];
    const total = slots.reduce((sum, count) => sum + count, 0);
    const circuit = await compileCircuit({
      file: "hashes.circom",
      call: `Heads(${profiles.length}, [${slots}], [${bases}], ${total})`,
    });
    return async (epochs) => {
      const witness = await circuit.honest({
        previous: epochs.map(({ previous }) => previous),
        context: epochs.map(({ context }) => context),
        salt: epochs.map(({ salt }) => salt),
        codes: epochs.flatMap(({ codes }) => codes),
      });
      for (const [k, profile] of profiles.entries())
        expect(read(circuit, witness, `head[${k}]`), `${profile.name}, ${profile.slots} slots`).to.equal(
          headOf(profile, epochs[k]!),
        );
    };
  }

  /** `slots` codes of 0 to `codes`. */
  const codesOf = ({ slots, codes }: Profile) =>
    fc.array(fc.integer({ min: 0, max: codes }), { minLength: slots, maxLength: slots });

  it("T12: heads agree for every profile: one block, several blocks, all codes at both ends", async function () {
    this.timeout(3_600_000);
    const all = (Object.keys(PROFILES) as (keyof typeof PROFILES)[]).map(profileOf);
    const short = all.filter(({ slots }) => slots <= 100);
    // Long epochs compile for long and are tested with LONG=1; several blocks are below in every run.
    const long = LONG ? all.filter((profile) => !short.includes(profile)) : [];
    for (const profiles of [short, ...long.map((profile) => [profile])]) {
      const compare = await headsOf(profiles);
      for (const pick of [() => 0, () => 1, ({ codes }: Profile) => codes]) {
        for (const edge of [0n, R - 1n, 1n << 252n]) {
          const same = { previous: edge, context: edge, salt: edge };
          await compare(
            profiles.map((profile) => ({ ...same, codes: new Array(profile.slots).fill(pick(profile)) })),
          );
        }
      }
      const epochs = profiles.map((profile) =>
        fc.record({ previous: element, context: element, salt: element, codes: codesOf(profile) }),
      );
      await fc.assert(fc.asyncProperty(fc.tuple(...epochs), compare), {
        numRuns: LONG ? 1_000 : 20,
        seed: SEED,
      });
    }
  });

  it("T12: synthetic profiles of several blocks agree, with every kind of last block", async function () {
    this.timeout(600_000);
    // Words of one slot each: 11 + 12 and then 1, 2, 3 or 12 more; and the smallest.
    const profiles = [1, 2, 11, 24, 25, 26, 35].map((slots) => ({
      ...profileOf("test-16"),
      slots,
      base: 200,
      slotsPerWord: 1,
      words: slots,
      codes: 2 ** 50,
    }));
    const compare = await headsOf(profiles);
    const epochs = profiles.map((profile) =>
      fc.record({
        previous: element,
        context: fc.constant(5n),
        salt: fc.constant(6n),
        codes: codesOf(profile),
      }),
    );
    await fc.assert(fc.asyncProperty(fc.tuple(...epochs), compare), { numRuns: 5, seed: SEED });
  });

  it("T12: neither hashes an epoch of more blocks than the tags count to", async () => {
    const words = INNER_INPUTS - 3 + INNER_MAX_FURTHER_BLOCKS * (INNER_INPUTS - 2) + 1;
    const profile = { ...profileOf("test-16"), slots: words, slotsPerWord: 1, words };
    const codes = new Array<number>(words).fill(1);
    expect(() => headOf(profile, { previous: 1n, context: 5n, salt: 6n, codes })).to.throw("number of words");
    const refused = await compileCircuit({ file: "record/log.circom", call: `Inner(${words})` }).catch(
      String,
    );
    expect(refused).to.match(/assert/i);
  });

  it("T7 T12: paths of the SDK's anchor trees lead to its roots: 1 to 40 leaves, and every depth to 20", async function () {
    this.timeout(3_600_000);
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "MembershipOnly()" });
    const compare = async (path: { root: bigint; leaf: bigint; index: number; siblings: bigint[] }) => {
      const { leaf, index, siblings } = path;
      const witness = await circuit.honest({
        leaf,
        depth: siblings.length,
        index,
        siblings: padded(siblings),
      });
      expect(read(circuit, witness, "root"), `depth ${siblings.length}, index ${index}`).to.equal(path.root);
    };
    for (let size = 1; size <= 40; size++) {
      const tree = anchorTree(Array.from({ length: size }, (_, i) => subjectOf(BigInt(1000 * size + i))));
      const chosen = LONG
        ? tree.leaves
        : [...new Set([tree.leaves[0]!, tree.leaves[size >> 1]!, tree.leaves.at(-1)!])];
      for (const leaf of chosen) {
        const path = tree.path(leaf);
        await compare(path);
        expect(rootOfPath(path)).to.equal(tree.root);
      }
    }
    for (let depth = 0; depth <= MAX_DEPTH; depth++) {
      for (const index of [0, 2 ** depth - 1, Math.floor((2 ** depth - 1) / 3)]) {
        const siblings = Array.from({ length: depth }, (_, i) =>
          i % 5 === 0 ? R - 1n - BigInt(i) : BigInt(i + 1),
        );
        const leaf = R - 1n;
        await compare({ leaf, index, siblings, root: rootOfPath({ leaf, index, siblings })! });
      }
    }
    // Beyond the limit both sides refuse.
    const siblings = new Array<bigint>(MAX_DEPTH + 1).fill(1n);
    expect(rootOfPath({ leaf: 1n, index: 0, siblings })).to.equal(undefined);
    const deep = await circuit.liar({ leaf: 1n, depth: 21n, index: 0n, siblings: padded(siblings.slice(1)) });
    expect(circuit.system.violated(deep).length).to.be.greaterThan(0);
  });

  it("T3 T12: the SDK refuses r and more, and everything negative, wherever a field element goes in", () => {
    for (const bad of [R, R + 1n, 2n * R - 1n, 1n << 254n, -1n]) {
      for (const call of [
        () => subjectOf(bad),
        () => holderOf(bad, 1n),
        () => holderOf(1n, bad),
        () => leafOf(bad, 1n, 1n),
        () => leafOf(1n, bad, 1n),
        () => leafOf(1n, 1n, bad),
        () => genesisOf(bad, 1n, 1n),
        () => genesisOf(1n, bad, 1n),
        () => genesisOf(1n, 1n, bad),
        () => anchorTree([1n, bad]),
      ]) {
        expect(call, `${bad}`).to.throw();
      }
      expect(rootOfPath({ leaf: bad, index: 0, siblings: [] })).to.equal(undefined);
      expect(rootOfPath({ leaf: 1n, index: 0, siblings: [bad] })).to.equal(undefined);
      expect(() => unpackTerms(bad)).to.throw();
      const profile = profileOf("test-16");
      const epoch = { previous: 1n, context: 1n, salt: 1n, codes: new Array<number>(profile.slots).fill(0) };
      for (const name of ["previous", "context", "salt"] as const)
        expect(() => headOf(profile, { ...epoch, [name]: bad }), name).to.throw();
    }
    expect(FIELD).to.equal(R);
  });

  it("T12: tags differ pairwise for every version and block: a counted tag never equals another tag", () => {
    const COUNTED = ["innerBlock", "challenge", "marks", "accessBatch", "consentBatch"];
    const ascii = (value: bigint) => Buffer.from(value.toString(16), "hex").toString("latin1");
    const number = (text: string) => BigInt(`0x${Buffer.from(text, "latin1").toString("hex")}`);
    const names = Object.keys(TAGS) as (keyof typeof TAGS)[];
    const versions = new Map<string, bigint>();
    for (const name of names) {
      const text = ascii(TAGS[name]).replace(/\0\0$/, "");
      expect(text, name).to.match(new RegExp(`^vitalproof/${name}/[12]$`));
      expect(ascii(TAGS[name]).endsWith("\0\0"), name).to.equal(COUNTED.includes(name));
      // Every version that a tag could get, one and two digits, also counted where it is not today and the reverse.
      for (let version = 1; version <= 99; version++) {
        const plain = number(`vitalproof/${name}/${version}`);
        versions.set(`${name}/${version}`, plain);
        for (let j = 0n; j < 256n; j += version < 4 ? 1n : 51n) {
          versions.set(`${name}/${version} block ${j}`, (plain << 16n) + j);
        }
      }
    }
    expect(new Set(versions.values()).size).to.equal(versions.size);
    for (const [name, value] of versions) {
      expect(value < R, name).to.equal(true);
      // A tag is no code, count, depth or context, and no digest is likely to be one.
      expect(value >> 100n > 0n, name).to.equal(true);
    }
    // The argument, for any texts: the last but one byte of a counted tag is 0, which no text has.
    for (const name of names) {
      const bytes = Buffer.from(TAGS[name].toString(16), "hex");
      expect(bytes.at(-2) === 0, name).to.equal(COUNTED.includes(name));
    }
    expect(CONTEXT_FIELDS.reduce((sum, { bits }) => sum + bits, 0)).to.equal(56);
  });
});
