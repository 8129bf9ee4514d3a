// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import type { CeremonyTranscript } from "../src/circuits.ts";
import { bytesOfG1, G1 } from "../src/internal/ceremony/curve.ts";
import { judgeAttestations, judgeKeyFile } from "../src/internal/ceremony/rules.ts";
import { signEthereum } from "../src/internal/ceremony/signatures.ts";
import { parseZkey } from "../src/internal/ceremony/zkey.ts";
import { Q } from "../src/internal/field.ts";
import { verifyProductionKey } from "../src/internal/keys/productionKey.ts";
import {
  BEACON,
  BEACON_EXP,
  BEACON_NAME,
  type CeremonyProject,
  contributeByHand,
  createCeremonyProject,
  cut,
  join,
  privateKeyOf,
  transcriptOf,
  withBeacon,
} from "./ceremonies.ts";
import { endSnarkjs, removeProjects, snarkjs } from "./helpers.ts";

// The other ways in which a file says more than is true. Under which keys proofs can be forged: forgeries.test.ts.
describe("what a key's file says of its making", () => {
  let ceremony: CeremonyProject;
  let good: Buffer;

  before(async () => {
    ceremony = await createCeremonyProject();
    good = await readFile(ceremony.key("good"));
  });
  after(async () => {
    await endSnarkjs();
    await removeProjects();
  });

  const PRODUCT = { name: "product", version: 1 };
  async function judge(file: Buffer, transcript = transcriptOf(file, ceremony.config)): Promise<string[]> {
    return [...(await judgeKeyFile(file, PRODUCT, ceremony.evidence(transcript))).reasons];
  }
  async function saved(file: Buffer): Promise<string> {
    await writeFile(ceremony.key("judged"), file);
    return ceremony.key("judged");
  }
  async function snarkjsAccepts(file: Buffer): Promise<boolean> {
    return (await snarkjs()).zKey.verifyFromR1cs(ceremony.r1cs, ceremony.ptau, await saved(file));
  }

  describe("T35: contributions that say more than they are", () => {
    it("one contribution and no beacon", async () => {
      const file = await readFile(ceremony.key("ana"));
      expect(await snarkjsAccepts(file)).to.equal(true);
      expect(await judge(file)).to.deep.equal([
        "its last contribution is not a beacon",
        "0 contributors attest to it, the ceremony needs at least 3",
      ]);
    });

    it("a contribution after the beacon, and two beacons", async () => {
      const after = contributeByHand(good, { scalar: 0xabcdefn ** 9n, name: "Ana" });
      expect((await judge(after)).join("\n")).to.include(
        "contribution 4 is a beacon, but only the last one may be",
      );
      const twice = await withBeacon(ceremony.project, good);
      expect((await judge(twice)).join("\n")).to.include(
        "contribution 4 is a beacon, but only the last one may be",
      );
    });

    it("another value, other iterations or another name than the pinned beacon's", async () => {
      const { zKey } = await snarkjs();
      const attempt = async (name: string, value: string, exp: number) => {
        await zKey.beacon(ceremony.key("cleo"), ceremony.key("other"), name, value, exp);
        return (await judge(await readFile(ceremony.key("other")))).join("\n");
      };
      const other = await attempt(BEACON_NAME, BEACON.replace("01", "02"), BEACON_EXP);
      expect(other)
        .to.include("the configuration pins")
        .and.include("not what the pinned beacon's value gives");
      const exp = await attempt(BEACON_NAME, BEACON, BEACON_EXP + 1);
      expect(exp).to.include('"iterationsExp":11').and.include("not what the pinned beacon's value gives");
      const name = await attempt("announced 8", BEACON, BEACON_EXP);
      expect(name).to.include('its beacon is {"name":"announced 8"');
    });

    it("labelled as the pinned beacon, but a contribution with a chosen factor", async () => {
      const labelled = contributeByHand(await readFile(ceremony.key("cleo")), {
        scalar: 0xc0ffeen ** 10n,
        name: BEACON_NAME,
        type: 1,
        beacon: { value: BEACON, iterationsExp: BEACON_EXP },
      });
      expect(await judge(labelled)).to.deep.equal([
        "its last contribution is not what the pinned beacon's value gives",
      ]);
    });

    it("a renamed contributor", async () => {
      const at = good.lastIndexOf("Ben");
      const file = Buffer.from(good);
      file.write("Eve", at);
      const honest = transcriptOf(good, ceremony.config);
      const reasons = (await judge(file, honest)).join("\n");
      expect(reasons).to.include("contribution 2 is by Eve, who is not among the announced contributors");
      expect(reasons).to.include("the transcript ends with");
      file.write("Ana", at);
      expect((await judge(file, honest)).join("\n"))
        .to.include("contribution 2 is a second one by Ana")
        .and.include("contribution 2 is called Ana in the key, and Ben attests to it");
    });

    it("a broken transcript is named, by snarkjs too", async () => {
      const { contributions } = parseZkey(good);
      const file = Buffer.from(good);
      const at = file.indexOf(contributions[1]!.transcript);
      file[at] = file[at]! ^ 1;
      expect((await judge(file))[0]).to.equal(
        "the transcript of contribution 2 does not cover the contributions before it",
      );
      const reasons = await verifyProductionKey(await saved(file), ceremony.r1cs, ceremony.ptau);
      expect(reasons.at(-1)).to.include("snarkjs zkey verify: INVALID(1): Inconsistent transcript");
    });

    it("a factor that nobody proved to know; a delta that does not follow", async () => {
      const { contributions } = parseZkey(good);
      const withPoint = (at: Uint8Array, point: Buffer) => {
        const file = Buffer.from(good);
        file.set(point, file.indexOf(at));
        return file;
      };
      const stranger = bytesOfG1(G1.BASE.multiply(1234567n));
      expect((await judge(withPoint(contributions[0]!.sx, stranger)))[0]).to.include(
        "the transcript of contribution 1",
      );
      expect((await judge(withPoint(contributions[0]!.deltaAfter, stranger)))[0]).to.include(
        "the delta of contribution 1 is not the one before times its factor",
      );
      expect((await judge(withPoint(parseZkey(good).delta1, stranger))).join()).to.include("its delta");
      const spx = withPoint(contributions[0]!.spx, Buffer.from(contributions[1]!.spx));
      expect((await judge(spx))[0]).to.include("contribution 1 does not prove that its factor was known");
    });
  });

  describe("T35: attestations", () => {
    /** The rules about attestations alone; the key is the honest one. */
    const attested = (transcript: CeremonyTranscript, minimum = 3, instance = PRODUCT) => {
      const evidence = ceremony.evidence(transcript);
      const sha256 = createHash("sha256").update(good).digest("hex");
      return judgeAttestations(parseZkey(good), sha256, instance, {
        ...evidence,
        pin: { ...evidence.pin, minimum },
      });
    };

    it("too few, none, or by someone else's key", async () => {
      const few = transcriptOf(good, ceremony.config, { attested: 2 });
      expect(await attested(few)).to.deep.equal([
        "contribution 3 is called Cleo in the key, and nobody attests to it",
      ]);
      const transcript = transcriptOf(good, ceremony.config);
      expect(await attested(transcript)).to.deep.equal([]);
      expect(await attested(transcript, 4)).to.deep.equal([
        "3 contributors attest to it, the ceremony needs at least 4",
      ]);
      const stolen = await attested(
        transcriptOf(good, ceremony.config, { signer: () => privateKeyOf("Eve") }),
      );
      expect(stolen.length).to.equal(3);
      expect(stolen[0]).to.include("the signature of Ana is not one of 0x");
    });

    it("of other contributions, of another ceremony, or none at all", async () => {
      const transcript = transcriptOf(good, ceremony.config);
      const [first, ...others] = transcript.attestations;
      const statement = first!.statement.replace(/product version 1: ..../, "product version 1: 0000");
      const signature = signEthereum(statement, privateKeyOf("Ana"));
      const changed = { ...transcript, attestations: [{ ...first!, statement, signature }, ...others] };
      expect(await attested(changed)).to.deep.equal([
        "the statement of Ana does not name the hash of contribution 1",
      ]);
      expect((await attested({ ...transcript, ceremony: "second" })).join()).to.include(
        'the transcript has the ceremony "second", the configuration "first"',
      );
      expect((await judgeKeyFile(good, PRODUCT, undefined)).reasons).to.deep.equal([
        "no ceremony of the configuration vouches for it: its manifest or import names none",
      ]);
      const later = await attested(transcript, 3, { name: "product", version: 2 });
      expect(later).to.deep.equal(["the transcript is about version 1, the circuit has 2"]);
      const absent = await attested(transcript, 3, { name: "sum", version: 1 });
      expect(absent).to.deep.equal(['the transcript has no circuit "sum"']);
    });
  });

  describe("T35: one key, one file", () => {
    const refused = async (file: Buffer) => {
      const [reason, ...others] = await judge(file, transcriptOf(good, ceremony.config));
      expect(others).to.deep.equal([]);
      expect(reason).to.match(/^it is not a canonical key file: /);
      return reason!.slice("it is not a canonical key file: ".length);
    };

    it("an unknown, repeated, missing, moved or lengthened section; bytes at the end", async () => {
      const sections = cut(good);
      expect(await refused(join([...sections, [11, Buffer.from("hello")]]))).to.equal(
        "it has the unknown section 11",
      );
      expect(await refused(join([...sections, sections[2]!]))).to.equal("it has section 3 twice");
      expect(await refused(join(sections.filter(([type]) => type !== 6)))).to.equal("it has no section 6");
      expect(await refused(join([...sections].reverse()))).to.include("its sections are in the order 10 9 8");
      const longer = sections.map(([type, content]): [number, Buffer] => [
        type,
        type === 8 ? Buffer.concat([content, Buffer.alloc(64)]) : content,
      ]);
      expect(await refused(join(longer))).to.include("section 8 has");
      expect(await refused(Buffer.concat([good, Buffer.from([0])]))).to.equal(
        "1 bytes follow its last section",
      );
      expect(await refused(good.subarray(0, good.length - 1))).to.equal("section 10 is cut short");
      expect(await refused(Buffer.from("not a key"))).to.equal("it is not a zkey file");
      // snarkjs reads all it needs from such a file.
      expect(await snarkjsAccepts(join([...sections, [11, Buffer.from("hello")]]))).to.equal(true);
    });

    it("the same points in another spelling", async () => {
      const a = cut(good).findIndex(([type]) => type === 5);
      const sections = cut(good);
      const at = sections[a]![1];
      const x = BigInt(`0x${Buffer.from(at.subarray(0, 32)).reverse().toString("hex")}`);
      const spelled = Buffer.from((x + Q).toString(16).padStart(64, "0"), "hex").reverse();
      at.set(spelled, 0);
      expect(await refused(join(sections))).to.equal(
        "section 5 has a coordinate that is not below the field's prime",
      );
    });

    it("bytes after the last contribution; parameters in another order; an unknown type", async () => {
      const list = cut(good).find(([type]) => type === 10)![1];
      const withList = (content: Buffer) =>
        join(cut(good).map(([type, was]): [number, Buffer] => [type, type === 10 ? content : was]));
      expect(await refused(withList(Buffer.concat([list, Buffer.alloc(3)])))).to.equal(
        "3 bytes follow its last contribution",
      );
      const type = Buffer.from(list);
      type[68 + 64 * 3 + 128 + 64] = 2;
      expect(await refused(withList(type))).to.equal("contribution 1 has the unknown type 2");
      const name = list.indexOf("Ana") - 2;
      const kind = Buffer.from(list);
      kind[name] = 4;
      expect(await refused(withList(kind))).to.equal("contribution 1 has the parameter 4 after 0");
    });
  });
});
