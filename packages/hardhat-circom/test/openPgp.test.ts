// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readKey } from "openpgp";
import type { CeremonyContributor } from "../src/circuits.ts";
import { openPgpKeyFault } from "../src/internal/ceremony/openPgp.ts";
import { signatureFault, signingAdvice } from "../src/internal/ceremony/signatures.ts";

// Made by GnuPG: fixtures/openpgp/make.sh says how each file differs from a good one.
const TEXT = "I contributed.\n";
const FIXTURES = join(import.meta.dirname, "fixtures", "openpgp");
const fixture = (name: string) => readFile(join(FIXTURES, `${name}.asc`), "utf8");

async function contributor(name: string): Promise<CeremonyContributor> {
  const publicKey = (await fixture(`${name}.key`)).trim();
  const fingerprint = (await readKey({ armoredKey: publicKey })).getFingerprint().toUpperCase();
  return { name: "Ben", key: `openpgp ${fingerprint}`, publicKey };
}

/** What is wrong with a signature of the fixtures under a key of the fixtures. */
async function fault(signature: string, key = "ben", text = TEXT): Promise<string | undefined> {
  return signatureFault(text, (await fixture(signature)).trim(), await contributor(key));
}

describe("OpenPGP signatures of statements", () => {
  it("T35: GnuPG's detached signature counts, by the pinned key itself or by a subkey that signs", async () => {
    expect(await fault("good")).to.equal(undefined);
    expect(await fault("by-subkey", "rsa")).to.equal(undefined);
  });

  it("T35: for its text, bytes and key only", async () => {
    for (const text of ["I contributed.", "I contributed.\r\n", "I contributed nothing.\n", ""]) {
      expect(await fault("good", "ben", text), JSON.stringify(text)).to.include(
        "Signed digest did not match",
      );
    }
    const { key } = await contributor("rsa");
    expect(await fault("good", "rsa")).to.match(
      new RegExp(`^is not one of ${key}: Could not find signing key`),
    );
    const ben = await contributor("ben");
    const other = { ...ben, publicKey: (await contributor("rsa")).publicKey! };
    expect(await signatureFault(TEXT, await fixture("by-subkey"), other)).to.equal(
      `is not one of ${ben.key}: the configuration's \`publicKey\` has the fingerprint ${key.split(" ")[1]}`,
    );
    const both = { ...ben, publicKey: `${ben.publicKey}\n${other.publicKey}` };
    const inOneBlock = { ...ben, publicKey: await fixture("both.key") };
    const none = { ...ben, publicKey: await fixture("good") };
    for (const wrong of [both, inOneBlock, none]) {
      expect(await signatureFault(TEXT, await fixture("good"), wrong)).to.include(
        "`publicKey` is not one key",
      );
    }
  });

  it("T35: not one whose line ends may change, that expires, or with a second one", async () => {
    expect(await fault("text")).to.include(
      "not over bytes; sign with gpg --armor --detach-sign, without --textmode",
    );
    expect(await fault("expiring")).to.include("it expires");
    expect(await fault("two")).to.include("it has 2 signatures, expected one");
    for (const form of ["clear", "inline"]) {
      expect(await fault(form)).to.include("it is not one armored detached signature");
    }
    const good = (await fixture("good")).trim();
    const ben = await contributor("ben");
    for (const bad of ["", `${good}\n${good}`, `x${good}`, good.slice(0, 60), good.replace(/PGP/g, "SSH")]) {
      expect(await signatureFault(TEXT, bad, ben)).to.include("it is not one armored detached signature");
    }
  });

  it("T35: not with a weak hash, a short key, or from the future", async () => {
    expect(await fault("sha1", "rsa")).to.include("Insecure hash algorithm: SHA1");
    expect(await fault("sha224", "rsa")).to.include("Insecure hash algorithm: SHA224");
    expect(await fault("by-weak", "weak")).to.include("Insecure hash algorithm: SHA1");
    expect(await fault("rsa1024", "short")).to.include("RSA keys shorter than 2047 bits");
    expect(await fault("future")).to.include("Signature creation time is in the future");
  });

  it("T35: not of a key that had expired at the time of signing; what it signed before still counts", async () => {
    expect(await fault("before-expiry", "old")).to.equal(undefined);
    expect(await fault("after-expiry", "old")).to.include("expired");
  });

  it("T35: not of a revoked key or subkey, whatever time the signature names and whatever the reason", async () => {
    expect(await fault("before-revocation", "gone")).to.equal(undefined);
    expect(await fault("before-revocation", "gone-revoked")).to.include(
      "the key in the configuration is revoked",
    );
    expect(await fault("by-subkey", "rsa-subkey-revoked")).to.include(
      "the key in the configuration is revoked",
    );
  });

  it("T35: no byte of a signature may change, but for what it leaves unsigned", async () => {
    const ben = await contributor("ben");
    const lines = (await fixture("good")).trim().split("\n");
    const body = lines.slice(2, -2).join("");
    const bytes = Buffer.from(body, "base64");
    // Hashed subpackets end where two bytes count the unhashed ones: these name the issuer once more.
    const unhashed = 8 + bytes.readUInt16BE(6);
    const end = unhashed + 2 + bytes.readUInt16BE(unhashed);
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      if (at >= unhashed && at < end) continue;
      const bad = Buffer.from(bytes);
      bad[at] = bad[at]! ^ 0x80;
      const armored = `${lines[0]}\n\n${bad.toString("base64")}\n${lines.at(-1)}`;
      expect(await signatureFault(TEXT, armored, ben), `byte ${at}`).to.be.a("string");
      refused++;
    }
    expect(refused).to.be.greaterThan(90);
    const armored = `${lines[0]}\n\n${body}\n${lines.at(-1)}`;
    expect(await signatureFault(TEXT, armored, ben)).to.equal(undefined);
    const commented = armored.replace("\n\n", "\nComment: GPG - for mail\n\n");
    expect(await signatureFault(TEXT, commented, ben)).to.equal(undefined);
  });

  it("says before a ceremony begins whose key cannot sign", async () => {
    expect(await openPgpKeyFault(await contributor("ben"))).to.equal(undefined);
    expect(await openPgpKeyFault(await contributor("rsa"))).to.equal(undefined);
    expect(await openPgpKeyFault(await contributor("old"))).to.include("expired");
    expect(await openPgpKeyFault(await contributor("gone-revoked"))).to.include("revoked");
    expect(await openPgpKeyFault(await contributor("rsa-subkey-revoked"))).to.be.a("string");
  });

  it("the advice, followed with gpg where there is one, gives a signature that counts", async function () {
    if (spawnSync("gpg", ["--version"]).status !== 0) return this.skip();
    const home = await mkdtemp(join(tmpdir(), "openpgp-"));
    const run = (command: string, ...args: string[]) =>
      spawnSync(command, args, { env: { ...process.env, GNUPGHOME: home }, encoding: "utf8", cwd: home });
    const gpg = (...args: string[]) =>
      run("gpg", "--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", ...args);
    try {
      gpg("--quick-generate-key", "live@example.org", "ed25519", "sign", "1d");
      const publicKey = gpg("--armor", "--export", "live@example.org").stdout.trim();
      const fingerprint = (await readKey({ armoredKey: publicKey })).getFingerprint().toUpperCase();
      const live = { name: "Live", key: `openpgp ${fingerprint}`, publicKey };
      await writeFile(join(home, "statement.txt"), TEXT);
      const [command, ...args] = signingAdvice(live, "statement.txt").split(" ");
      expect(command).to.equal("gpg");
      const { status, stderr } = gpg(...args);
      expect(status, stderr).to.equal(0);
      const signature = await readFile(join(home, "statement.txt.asc"), "utf8");
      expect(await signatureFault(TEXT, signature, live)).to.equal(undefined);
    } finally {
      run("gpgconf", "--kill", "all");
      await rm(home, { recursive: true, force: true });
    }
  });
});
