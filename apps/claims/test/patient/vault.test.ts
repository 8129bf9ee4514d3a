// SPDX-License-Identifier: GPL-3.0-or-later
import { createIdentity, Log, memoryBackend, Vault as SealedVault, type VaultBackend } from "@vitalproof/sdk";
import { expect } from "chai";
import { Vault } from "../../src/patient/vault.ts";
import { codeOf, FIRST_EPOCH, TestAttester } from "./helpers.ts";

const PASSPHRASE = "vier Wörter und ein Pferd";
const FAST = { logN: 14 };

/** Everything that is kept, as one text: sealed parts as they are and decoded. */
async function stored(backend: VaultBackend): Promise<string> {
  const parts: string[] = [];
  for (const key of await backend.keys("")) {
    const text = (await backend.read(key))!;
    const { sealed } = JSON.parse(text) as { sealed: string };
    const bytes = Buffer.from(sealed, key === "vault" ? "hex" : "base64");
    parts.push(key, text, bytes.toString("latin1"), bytes.toString("hex"));
  }
  return parts.join("\n");
}

function logIn(vault: Vault): Promise<Log> {
  return new TestAttester().logOfWeek(vault.store, vault.identity.subject, vault.device, 1);
}

describe("patient: vault", () => {
  it("opens again with its passphrase, and has the same person, device and log", async () => {
    const backend = memoryBackend();
    expect(await Vault.exists(backend)).to.equal(false);
    const vault = await Vault.create(backend, PASSPHRASE, FAST);
    const log = await logIn(vault);
    await vault.keep("note", { amount: 25n, list: [1n, "x"] });
    const { subject } = vault.identity;
    const { publicKey } = vault.device;
    vault.lock();
    const again = await Vault.unlock(backend, PASSPHRASE);
    expect(again.identity.subject).to.equal(subject);
    expect(again.device.publicKey).to.equal(publicKey);
    expect((await Log.resume(again.store, "readings")).head).to.equal(log.head);
    expect(await again.recall("note")).to.deep.equal({ amount: 25n, list: [1n, "x"] });
    expect((await again.store.keys("log/readings/")).sort()).to.deep.equal([
      `log/readings/epoch/${FIRST_EPOCH}`,
      "log/readings/state",
    ]);
  });

  it("refuses another passphrase, a short one, a second vault and none", async () => {
    const backend = memoryBackend();
    expect(await codeOf(Vault.unlock(backend, PASSPHRASE))).to.equal("VAULT_MISSING");
    expect(await codeOf(Vault.create(backend, "short", FAST))).to.equal("INVALID_ARGUMENT");
    await Vault.create(backend, PASSPHRASE, FAST);
    expect(await codeOf(Vault.unlock(backend, `${PASSPHRASE}!`))).to.equal("PASSPHRASE_WRONG");
    expect(await codeOf(Vault.create(backend, PASSPHRASE, FAST))).to.equal("ALREADY_THERE");
  });

  it("opens with a changed passphrase and no longer with the old one; everything stays", async () => {
    const backend = memoryBackend();
    const vault = await Vault.create(backend, PASSPHRASE, FAST);
    await vault.keep("note", 1);
    const file = await vault.copy();
    const next = "ein anderer langer Satz";
    expect(await codeOf(vault.changePassphrase("another passphrase", next))).to.equal("PASSPHRASE_WRONG");
    expect(await codeOf(vault.changePassphrase(PASSPHRASE, "short"))).to.equal("INVALID_ARGUMENT");
    await vault.changePassphrase(PASSPHRASE, next);
    await vault.keep("note", 2);
    expect(await codeOf(Vault.unlock(backend, PASSPHRASE))).to.equal("PASSPHRASE_WRONG");
    const again = await Vault.unlock(backend, next);
    expect(again.identity.subject).to.equal(vault.identity.subject);
    expect(await again.recall("note")).to.equal(2);
    // A copy from before opens as it was sealed.
    const restored = await Vault.restoreCopy(memoryBackend(), file, PASSPHRASE);
    expect(await restored.recall("note")).to.equal(1);
    vault.lock();
    expect(await codeOf(vault.changePassphrase(next, PASSPHRASE))).to.equal("NOT_ALLOWED");
  });

  it("gives nothing once it is locked", async () => {
    const vault = await Vault.create(memoryBackend(), PASSPHRASE, FAST);
    vault.lock();
    expect(vault.locked).to.equal(true);
    expect(await codeOf(() => vault.identity)).to.equal("NOT_ALLOWED");
    expect(await codeOf(() => vault.device)).to.equal("NOT_ALLOWED");
    expect(await codeOf(() => vault.store.read("identity"))).to.equal("NOT_ALLOWED");
    expect(await codeOf(() => vault.store.write("x", "y"))).to.equal("NOT_ALLOWED");
    expect(await codeOf(() => vault.copy())).to.equal("NOT_ALLOWED");
    expect(await codeOf(() => vault.backup(PASSPHRASE))).to.equal("NOT_ALLOWED");
  });

  it("T33: keeps neither secret, seed, salts, codes nor names in the clear", async () => {
    const backend = memoryBackend();
    const vault = await Vault.create(backend, PASSPHRASE, FAST);
    const log = await logIn(vault);
    await vault.keep("policy", { marker: "MARKER-4711" });
    const text = await stored(backend);
    const { identity } = vault;
    const secret = identity.secret();
    const [epoch] = log.epochs;
    const forbidden = [
      PASSPHRASE,
      "MARKER-4711",
      secret.toString(),
      secret.toString(16),
      Buffer.from(identity.walletSeed()).toString("hex"),
      identity.subject.toString(),
      epoch!.salt.toString(),
      epoch!.salt.toString(16),
      epoch!.head.toString(),
      epoch!.codes.slice(0, 8).join(","),
      "readings",
      "person",
      "epoch",
    ];
    for (const word of forbidden) expect(text).not.to.contain(word);
    expect(JSON.stringify(vault)).not.to.contain(secret.toString());
  });

  it("pads records, so that their length does not tell what is in them", async () => {
    const backend = memoryBackend();
    const vault = await Vault.create(backend, PASSPHRASE, FAST);
    const lengthOf = async (value: string): Promise<number> => {
      const before = new Set(await backend.keys(""));
      await vault.keep(`n${value.length}`, value);
      const name = (await backend.keys("")).find((key) => !before.has(key))!;
      return (await backend.read(name))!.length;
    };
    expect(await lengthOf("a")).to.equal(await lengthOf("a".repeat(700)));
  });

  it("a vault without an identity is not the page's", async () => {
    const backend = memoryBackend();
    await SealedVault.create(backend, PASSPHRASE, FAST);
    expect(await codeOf(Vault.unlock(backend, PASSPHRASE))).to.equal("VAULT_DAMAGED");
  });

  it("restores the identity from the SDK's backup file", async () => {
    const vault = await Vault.create(memoryBackend(), PASSPHRASE, FAST);
    expect(await codeOf(vault.backup("another passphrase"))).to.equal("PASSPHRASE_WRONG");
    const file = await vault.backup(PASSPHRASE);
    expect(file).not.to.contain(vault.identity.secret().toString());
    const backend = memoryBackend();
    expect(await codeOf(Vault.restore(backend, file, "another passphrase", FAST))).to.equal(
      "IDENTITY_WRONG_PASSWORD",
    );
    expect(await Vault.exists(backend)).to.equal(false);
    const restored = await Vault.restore(backend, file, PASSPHRASE, FAST);
    expect(restored.identity.secret()).to.equal(vault.identity.secret());
    expect(Buffer.from(restored.identity.walletSeed()).toString("hex")).to.equal(
      Buffer.from(vault.identity.walletSeed()).toString("hex"),
    );
    expect(restored.identity.subject).not.to.equal(createIdentity().subject);
  });

  it("restores everything from a copy, which is as sealed as the vault", async () => {
    const vault = await Vault.create(memoryBackend(), PASSPHRASE, FAST);
    const log = await logIn(vault);
    const file = await vault.copy();
    expect(file).not.to.contain(log.epochs[0]!.salt.toString());
    const backend = memoryBackend();
    expect(await codeOf(Vault.restoreCopy(backend, "{}", PASSPHRASE))).to.equal("DOCUMENT_INVALID");
    expect(await codeOf(Vault.restoreCopy(backend, file, "another one"))).to.equal("PASSPHRASE_WRONG");
    expect(await backend.keys("")).to.deep.equal([]);
    const restored = await Vault.restoreCopy(backend, file, PASSPHRASE);
    expect((await Log.resume(restored.store, "readings")).head).to.equal(log.head);
    expect(restored.device.publicKey).to.equal(vault.device.publicKey);
  });
});
