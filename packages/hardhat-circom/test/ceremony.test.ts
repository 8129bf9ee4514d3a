// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { cp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { createMessage, generateKey, type PrivateKey, sign as signOpenPgp } from "openpgp";
import {
  applyBeacon,
  type CeremonyUserConfig,
  type CircomConfig,
  CircomError,
  ceremonyStatus,
  checkCircuits,
  contribute,
  finaliseCeremony,
  initCeremony,
  resolveConfig,
  verifyCeremony,
  writeTranscript,
} from "../src/circuits.ts";
import { addressOf, BEACON, BEACON_EXP, createCeremonyProject, privateKeyOf } from "./ceremonies.ts";
import { hardhatIn } from "./hardhat.ts";
import { endSnarkjs, type Project, removeProjects } from "./helpers.ts";

// Ana signs with her Ethereum key, Ben with OpenPGP; openPgp.test.ts has signatures that GnuPG made. Cleo signs with ssh. The bytes are those of `ssh-keygen -Y sign`; signatures.test.ts has one that OpenSSH made.
const CLEO = createPrivateKey({
  key: Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    createHash("sha256").update("Cleo's ssh key").digest(),
  ]),
  format: "der",
  type: "pkcs8",
});

describe("ceremony of three contributors in three processes", () => {
  let project: Project;
  let ben: PrivateKey;
  let folder: string;

  before(async () => {
    ({ project } = await createCeremonyProject());
    folder = project.path("ceremony");
    ({ privateKey: ben } = await generateKey({ userIDs: { name: "Ben" }, format: "object" }));
    const list = JSON.parse(await project.read("circuits/circuits.json")) as { instances: object[] };
    list.instances.push({ ...list.instances[0], name: "twin", version: 4, verifier: null });
    await project.write("circuits/circuits.json", JSON.stringify(list));
    await announce();
  });
  after(async () => {
    await endSnarkjs();
    await removeProjects();
  });

  /** Writes the configuration, as everyone's clone of the repository has it. */
  async function announce(beacon: Partial<CeremonyUserConfig["beacon"]> = {}): Promise<CircomConfig> {
    const blake2b = createHash("blake2b512")
      .update(await readFile(project.path("final.ptau")))
      .digest("hex");
    const contributors = [
      { name: "Ana", key: addressOf("Ana") },
      { name: "Ben", key: `openpgp ${ben.getFingerprint()}`, publicKey: ben.toPublic().armor() },
      { name: "Cleo Müller", key: `ssh-ed25519 ${sshPublicKey().toString("base64")}` },
    ];
    const source = { source: "announced", round: 9, iterationsExp: BEACON_EXP };
    const circom = {
      production: {
        ptau: "final.ptau",
        blake2b,
        ceremonies: { rehearsal: { contributors, beacon: { ...source, ...beacon } } },
      },
    };
    await project.write(
      "hardhat.config.ts",
      `import hardhatCircom from "@vitalproof/hardhat-circom";
       import { defineConfig } from "hardhat/config";
       export default defineConfig({ plugins: [hardhatCircom], circom: ${JSON.stringify(circom)} });`,
    );
    return resolveConfig(circom, project.root);
  }
  const config = () => announce();
  async function refusal(work: Promise<unknown>): Promise<string> {
    const error = await work.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(CircomError);
    return (error as CircomError).message;
  }
  const hardhat = (...args: string[]) => hardhatIn(project.root, "circuits", "ceremony", ...args);

  it("begins with an announcement for all circuits, and only before the beacon's value is known", async () => {
    const known = await announce({ value: BEACON });
    const options = { ceremony: "rehearsal", folder, names: ["product", "twin"] };
    expect(await refusal(initCeremony(known, options))).to.include("has a value already");
    expect(await refusal(initCeremony(await config(), { ...options, ceremony: "other" }))).to.include(
      'announces no ceremony "other" (it has: rehearsal)',
    );
    const { production } = await config();
    const pin = production!.ceremonies.get("rehearsal")!;
    const { privateKey: late } = await generateKey({
      userIDs: { name: "Ben" },
      format: "object",
      date: new Date("2026-01-01"),
      keyExpirationTime: 60,
    });
    const expired = { name: "Ben", key: `openpgp ${late.getFingerprint().toUpperCase()}` };
    const contributors = [pin.contributors[0]!, { ...expired, publicKey: late.toPublic().armor() }];
    const ceremonies = new Map([["rehearsal", { ...pin, contributors }]]);
    const outdated = { ...(await config()), production: { ...production!, ceremonies } };
    expect(await refusal(initCeremony(outdated, options))).to.equal(
      `Ben cannot sign with ${expired.key}: Primary key is expired; announce another key`,
    );
    const announcement = await initCeremony(await config(), options);
    expect(announcement.instances.map(({ name, version }) => [name, version])).to.deep.equal([
      ["product", 1],
      ["twin", 4],
    ]);
    expect(await refusal(initCeremony(await config(), options))).to.include("has a ceremony already");
    const status = await ceremonyStatus(await config(), { folder });
    expect(status).to.deep.include({ next: "contribute", waiting: ["Ana", "Ben", "Cleo Müller"] });
  });

  it("Ana contributes and signs with her Ethereum key, in a process of her own", async () => {
    await writeFile(project.path("ana.key"), `0x${Buffer.from(privateKeyOf("Ana")).toString("hex")}\n`);
    const wrong = await refusal(
      contribute(await config(), { folder, contributor: "Ben", privateKey: privateKeyOf("Ana") }),
    );
    expect(wrong).to.include(`the private key is that of ${addressOf("Ana")}`);
    expect(await refusal(contribute(await config(), { folder, contributor: "Eve" }))).to.include(
      '"Eve" is not among the announced contributors: Ana, Ben, Cleo Müller',
    );
    const { status, stdout, stderr } = hardhat("contribute", "--contributor", "Ana", "--key", "ana.key");
    expect(status, stderr).to.equal(0);
    expect(stdout).to.include("Ceremony rehearsal, contribution 1, by Ana.");
    expect(stdout).to.match(/^twin version 4: [0-9a-f]{128}$/m);
    expect(await readdir(join(folder, "0001-ana"))).to.have.members([
      "product.zkey",
      "twin.zkey",
      "statement.txt",
      "signature.txt",
    ]);
    const again = await refusal(contribute(await config(), { folder, contributor: "Ana" }));
    expect(again).to.equal("Ana has contributed already, in step 1");
  });

  it("Ben is interrupted and goes on: what was whole stays, what was not is made anew", async () => {
    // As a run leaves it that was killed in the second key: one whole key, half of another, a stray temporary file.
    const unfinished = join(folder, ".0002-ben.part");
    await contribute(await config(), { folder, contributor: "Ben" });
    await rename(join(folder, "0002-ben"), unfinished);
    const whole = await readFile(join(unfinished, "product.zkey"));
    await writeFile(join(unfinished, "twin.zkey"), whole.subarray(0, 1000));
    await writeFile(join(unfinished, "twin.zkey.1.tmp"), "half");
    await rm(join(unfinished, "statement.txt"));
    const { status, stdout, stderr } = hardhat("contribute", "--contributor", "Ben");
    expect(status, stderr).to.equal(0);
    const at = join(folder, "0002-ben");
    expect((await readFile(join(at, "product.zkey"))).equals(whole)).to.equal(true);
    const fingerprint = ben.getFingerprint().toUpperCase();
    expect(stdout).to.include(
      `gpg --local-user ${fingerprint} --digest-algo SHA512 --armor --detach-sign statement.txt`,
    );
    const binary = await readFile(join(at, "statement.txt"));
    const message = await createMessage({ binary });
    const signature = await signOpenPgp({ message, signingKeys: ben, detached: true, format: "armored" });
    await writeFile(join(at, "statement.txt.asc"), signature);
    expect((await ceremonyStatus(await config(), { folder })).contributions).to.equal(2);
  });

  it("T35: no one goes on from a wrong step, and status names it", async () => {
    const copy = project.path("attacked");
    const attacked = async (change: (at: string) => Promise<void>) => {
      await rm(copy, { recursive: true, force: true });
      await cp(folder, copy, { recursive: true });
      await change(copy);
      return refusal(contribute(await config(), { folder: copy, contributor: "Cleo Müller" }));
    };
    const key = (at: string, step: string, name: string) => join(at, step, `${name}.zkey`);
    expect(
      await attacked(async (at) => {
        await cp(key(at, "0002-ben", "product"), key(at, "0002-ben", "twin"));
      }),
    ).to.include("0002-ben: twin: contribution 1 is not the one of the key before");
    expect(
      await attacked(async (at) => {
        const bytes = await readFile(key(at, "0002-ben", "twin"));
        // The last point of H is the first one again.
        const list = bytes.lastIndexOf(Buffer.from([10, 0, 0, 0]));
        const h = list - 8 * 64;
        bytes.copy(bytes, list - 64, h, h + 64);
        await writeFile(key(at, "0002-ben", "twin"), bytes);
      }),
    ).to.include("0002-ben: twin: its L and H are not those of the key before over its factor");
    expect(await attacked((at) => rm(key(at, "0001-ana", "product")))).to.include(
      "0001-ana: product: the key is missing",
    );
    expect(await attacked((at) => rm(join(at, "0001-ana"), { recursive: true }))).to.include(
      "a step is missing",
    );
    expect(
      await attacked((at) => cp(join(at, "0002-ben"), join(at, "0002-eve"), { recursive: true })),
    ).to.include("0002-ben and 0002-eve both begin from the same keys");
    expect(await attacked((at) => rm(join(at, "0002-ben", "statement.txt.asc")))).to.include(
      "0002-ben: the signature of Ben is missing",
    );
    expect((await ceremonyStatus(await config(), { folder: copy })).next).to.equal("sign");
    expect(
      await attacked((at) =>
        cp(join(at, "0001-ana", "signature.txt"), join(at, "0002-ben", "signature.txt")),
      ),
    ).to.equal("0002-ben has signature.txt and statement.txt.asc; keep the one that its contributor made");
    expect(
      await attacked((at) =>
        cp(join(at, "0001-ana", "signature.txt"), join(at, "0002-ben", "statement.txt.asc")),
      ),
    ).to.include(
      `0002-ben: its signature is not one of openpgp ${ben.getFingerprint().toUpperCase()}: it is not`,
    );
    const { next, steps } = await ceremonyStatus(await config(), { folder: copy });
    expect([next, steps[2]!.problems.length]).to.deep.equal(["repair", 1]);
    expect(
      await attacked(async (at) => {
        const path = join(at, "ceremony.json");
        await writeFile(path, (await readFile(path, "utf8")).replace('"minimum": 3', '"minimum": 2'));
      }),
    ).to.include("minimum 2, the configuration 3");
  });

  it("Cleo contributes and signs elsewhere, with ssh", async () => {
    const early = await refusal(applyBeacon(await announce({ value: BEACON }), { folder }));
    expect(early).to.equal("2 have contributed, the ceremony needs at least 3");
    await config();
    const { status, stdout, stderr } = hardhat("contribute", "--contributor", "Cleo Müller");
    expect(status, stderr).to.equal(0);
    expect(stdout).to.include("ssh-keygen -Y sign -n hardhat-circom-ceremony");
    const waiting = hardhat("status");
    expect(waiting.stdout)
      .to.include("3  Cleo Müller: not signed yet")
      .and.include("Next: the contributor signs");
    const at = join(folder, "0003-cleo-m-ller");
    await writeFile(join(at, "statement.txt.sig"), sshSignature(await readFile(join(at, "statement.txt"))));
    const done = hardhat("status", "--json");
    expect(JSON.parse(done.stdout)).to.deep.include({ next: "beacon", waiting: [], contributions: 3 });
  });

  it("ends with the announced beacon, and the same folder gives the same transcript", async () => {
    expect(await refusal(writeTranscript(await config(), { folder }))).to.include(
      "no transcript before its beacon",
    );
    expect(await refusal(applyBeacon(await config(), { folder }))).to.include(
      "when announced 9 is out, add it as `beacon.value`",
    );
    const known = await announce({ value: BEACON });
    await applyBeacon(known, { folder });
    expect(await refusal(applyBeacon(known, { folder }))).to.include("applied already");
    expect(await refusal(contribute(known, { folder, contributor: "Ana" }))).to.include(
      "nobody can contribute any more",
    );
    const { status, problems } = await verifyCeremony(known, { folder });
    expect([problems, status.next]).to.deep.equal([[], "finalise"]);
    const first = await writeTranscript(known, { folder });
    expect((await writeTranscript(known, { folder })).sha256).to.equal(first.sha256);
    expect(first.transcript.attestations.map(({ contributor }) => contributor)).to.deep.equal([
      "Ana",
      "Ben",
      "Cleo Müller",
    ]);
    expect(first.transcript.instances.map(({ keys }) => keys.length)).to.deep.equal([5, 5]);
  });

  it("finalises: both keys are imported, and the manifests name the transcript", async () => {
    const known = await announce({ value: BEACON });
    const { transcript } = await finaliseCeremony(known, { folder });
    for (const name of ["product", "twin"]) {
      const { key } = await project.manifest(name);
      expect(key.ceremony).to.deep.equal({ name: "rehearsal", transcript: transcript.sha256 });
    }
    // T35: a ceremony's key for another circuit of the same shape does not serve.
    const keys = (name: string) => project.path("build/circuits", name, `${name}.zkey`);
    await cp(keys("product"), keys("twin"));
    const [product, twin] = await checkCircuits(known, { names: ["product", "twin"] });
    expect([product!.ok, product!.refused]).to.deep.equal([true, []]);
    expect(twin!.refused.join("\n")).to.include("the transcript's contributions are not those of the key");
  });
});

function sshString(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function sshPublicKey(): Buffer {
  const { x } = createPublicKey(CLEO).export({ format: "jwk" });
  return Buffer.concat([sshString("ssh-ed25519"), sshString(Buffer.from(x!, "base64url"))]);
}

function sshSignature(text: Buffer): string {
  const fields = ["hardhat-circom-ceremony", "", "sha512"].map(sshString);
  const digest = createHash("sha512").update(text).digest();
  const signature = sign(null, Buffer.concat([Buffer.from("SSHSIG"), ...fields, sshString(digest)]), CLEO);
  const blob = Buffer.concat([
    Buffer.from("SSHSIG\0\0\0\x01", "latin1"),
    sshString(sshPublicKey()),
    ...fields,
    sshString(Buffer.concat([sshString("ssh-ed25519"), sshString(signature)])),
  ]);
  const lines = blob.toString("base64").match(/.{1,70}/g)!;
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join("\n")}\n-----END SSH SIGNATURE-----\n`;
}
