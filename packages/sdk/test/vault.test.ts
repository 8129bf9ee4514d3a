// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import {
  Identity,
  memoryBackend,
  passphraseProblem,
  Vault,
  type VaultBackend,
  type VitalproofError,
  writeIdentity,
} from "../src/index.ts";
import { codeRejected } from "./support.ts";
import { contentOf, dyingAt, FAST, filled, PASSPHRASE } from "./vaultSupport.ts";
import { commandTexts, fixture, type OldCommand, type OldPage, pageTexts } from "./vaultVersion1.test.ts";

describe("vault", () => {
  it("reads back what was written, and lists keys by prefix as the store beneath does", async () => {
    const texts = new Map<string, string>();
    await filled(texts);
    const { store } = await Vault.open(memoryBackend(texts), PASSPHRASE, FAST);
    expect(await store.read("log/a/state")).to.equal("text of log/a/state");
    expect(await store.read("log/c/state")).to.equal(undefined);
    expect((await store.keys("log/a/")).sort()).to.deep.equal([
      "log/a/epoch/1",
      "log/a/epoch/2",
      "log/a/state",
    ]);
    expect((await store.keys("log/")).length).to.equal(4);
    expect((await store.keys("log/a/ep")).length).to.equal(2);
    expect((await store.keys("opened/")).length).to.equal(1);
    expect((await store.keys("")).length).to.equal(6);
    expect(await store.keys("nothing/")).to.deep.equal([]);
  });

  it("T33: shows neither content nor names, and lengths of whole blocks only", async () => {
    const texts = new Map<string, string>();
    const vault = await filled(texts);
    await writeIdentity(vault.store, new Identity(5_550_199n, new Uint8Array(32).fill(0xab)));
    const shown = [...texts].flat().join("\n");
    for (const word of [
      "text of",
      "log/",
      "opened",
      "epoch",
      "identity",
      "5550199",
      PASSPHRASE,
      "abababab",
    ]) {
      expect(shown, word).to.not.contain(word);
    }
    const lengthOf = async (text: string): Promise<number> => {
      await vault.store.write("note", text);
      return texts.get(vault.nameOf("note"))!.length;
    };
    expect(await lengthOf("[9,9,9]")).to.equal(await lengthOf("[399,399,399]"));
    const first = texts.get(vault.nameOf("note"));
    await lengthOf("[399,399,399]");
    expect(texts.get(vault.nameOf("note"))).to.not.equal(first);
    expect(JSON.stringify(vault)).to.contain("(secret)");
  });

  it("a record that was moved, swapped, changed or cut short does not open; the others do", async () => {
    const attacks: [string, (texts: Map<string, string>, one: string, other: string) => unknown][] = [
      ["another record in its place", (texts, one, other) => texts.set(one, texts.get(other)!)],
      ["cut short", (texts, one) => texts.set(one, texts.get(one)!.slice(0, 100))],
      ["no JSON", (texts, one) => texts.set(one, "x")],
      ["a byte changed", (texts, one) => texts.set(one, flipped(texts.get(one)!))],
      ["another format", (texts, one) => texts.set(one, texts.get(one)!.replace("record/2", "record/1"))],
    ];
    for (const [name, attack] of attacks) {
      const texts = new Map<string, string>();
      const { store, ...rest } = await filled(texts);
      const vault = await Vault.open(memoryBackend(texts), PASSPHRASE, FAST);
      expect(rest).to.be.an("object");
      const one = vault.nameOf("log/a/epoch/1");
      attack(texts, one, vault.nameOf("log/a/epoch/2"));
      const error = await store.read("log/a/epoch/1").catch((cause: unknown) => cause);
      expect(error, name).to.include({ code: "VAULT_DAMAGED" });
      expect((error as VitalproofError).details, name).to.deep.equal({ name: one, key: "log/a/epoch/1" });
      expect(await store.read("log/a/epoch/2"), name).to.equal("text of log/a/epoch/2");
      // A listing without it would say that it does not exist.
      expect(await codeRejected(store.keys("log/a/")), name).to.equal("VAULT_DAMAGED");
      expect(await store.keys("log/b/"), name).to.deep.equal(["log/b/state"]);
      const listed = await vault.list("log/a/");
      expect(listed.damaged, name).to.deep.equal([one]);
      expect([...listed.keys].sort(), name).to.deep.equal(["log/a/epoch/2", "log/a/state"]);
      const checked = await vault.check();
      expect([checked.keys.length, checked.damaged], name).to.deep.equal([5, [one]]);
    }
  });

  it("an attester's damaged record is not named by its subject", async () => {
    const texts = new Map<string, string>();
    const vault = await filled(texts);
    const key = `attester/log/${"ab".repeat(32)}/1/0`;
    await vault.store.write(key, "x");
    texts.set(vault.nameOf(key), "x");
    const error = await vault.store.read(key).catch((cause: unknown) => cause);
    expect(JSON.stringify(error))
      .to.contain("VAULT_DAMAGED")
      .and.contain("attester/log/…")
      .and.not.contain("abab");
  });

  it("a record of another vault does not open, whatever its name", async () => {
    const [texts, others] = [new Map<string, string>(), new Map<string, string>()];
    const vault = await filled(texts);
    const other = await filled(others);
    texts.set(vault.nameOf("opened/a"), others.get(other.nameOf("opened/a"))!);
    expect(await codeRejected(vault.store.read("opened/a"))).to.equal("VAULT_DAMAGED");
  });

  it("a wrong passphrase, a changed header and a hostile cost open nothing", async () => {
    const texts = new Map<string, string>();
    await filled(texts);
    const open = (passphrase = PASSPHRASE) =>
      codeRejected(Vault.open(memoryBackend(texts), passphrase, FAST));
    expect(await open(`${PASSPHRASE}!`)).to.equal("PASSPHRASE_WRONG");
    const header = texts.get("vault")!;
    const fields = JSON.parse(header) as Record<string, unknown>;
    texts.set("vault", JSON.stringify({ ...fields, logN: 15 }));
    expect(await open()).to.equal("PASSPHRASE_WRONG");
    for (const bad of [{ logN: 30 }, { format: "vitalproof/vault/3" }, { salt: "00" }, { sealed: 1 }]) {
      texts.set("vault", JSON.stringify({ ...fields, ...bad }));
      expect(await open(), JSON.stringify(bad)).to.equal("VAULT_DAMAGED");
    }
    texts.set("vault", "x");
    expect(await open()).to.equal("VAULT_DAMAGED");
  });

  it("records without a header are never overwritten", async () => {
    const texts = new Map<string, string>();
    await filled(texts);
    texts.delete("vault");
    const before = new Map(texts);
    const backend = memoryBackend(texts);
    expect(await Vault.find(backend)).to.equal("orphans");
    expect(await codeRejected(Vault.create(backend, PASSPHRASE, FAST))).to.equal("VAULT_DAMAGED");
    expect(await codeRejected(Vault.open(backend, PASSPHRASE, FAST))).to.equal("VAULT_DAMAGED");
    expect(texts).to.deep.equal(before);
    for (const old of [
      commandTexts(fixture<OldCommand>("command-1")),
      pageTexts(fixture<OldPage>("page-1")),
    ]) {
      old.delete("home");
      old.delete("vault");
      expect(await Vault.find(memoryBackend(old))).to.equal("orphans");
    }
  });

  it("a vault is whole or none, wherever its creation was interrupted", async () => {
    let deaths = 0;
    for (let change = 0; ; change++) {
      const texts = new Map<string, string>();
      const create = (backend: VaultBackend, text: string) =>
        Vault.create(backend, PASSPHRASE, FAST, async (store) => {
          await store.write("a", text);
          await store.write("b", text);
        });
      const died = await create(dyingAt(texts, change), "first").then(
        () => false,
        () => true,
      );
      if (!died) break;
      deaths += 1;
      expect(await Vault.find(memoryBackend(texts))).to.equal("none");
      // The next one begins anew, and nothing of the first is in its way.
      const vault = await create(memoryBackend(texts), "second");
      expect(await contentOf(vault)).to.deep.equal({ a: "second", b: "second" });
    }
    expect(deaths).to.equal(4);
  });

  it("locked, it gives nothing; with a new passphrase, the old one opens nothing", async () => {
    const texts = new Map<string, string>();
    const backend = memoryBackend(texts);
    const vault = await filled(texts);
    const next = "another set of words";
    expect(await codeRejected(vault.changePassphrase("not the passphrase", next))).to.equal(
      "PASSPHRASE_WRONG",
    );
    expect(await codeRejected(vault.changePassphrase(PASSPHRASE, "aaaaaaaaaa"))).to.equal("INVALID_ARGUMENT");
    await vault.changePassphrase(PASSPHRASE, next);
    expect(await codeRejected(Vault.open(backend, PASSPHRASE, FAST))).to.equal("PASSPHRASE_WRONG");
    const again = await Vault.open(backend, next, FAST);
    expect(await again.store.read("opened/a")).to.equal("text of opened/a");
    again.lock();
    for (const act of [
      () => again.store.read("opened/a"),
      () => again.store.write("x", "y"),
      () => again.copy(),
      () => again.changePassphrase(next, PASSPHRASE),
    ]) {
      expect(await codeRejected(Promise.resolve().then(act as () => Promise<unknown>))).to.equal(
        "NOT_ALLOWED",
      );
    }
  });

  it("a copy opens elsewhere with the same passphrase and content; a damaged or foreign one does not", async () => {
    const vault = await filled();
    const copy = await vault.copy();
    expect(copy).to.not.contain("text of");
    const texts = new Map<string, string>();
    const backend = memoryBackend(texts);
    expect(await codeRejected(Vault.restoreCopy(backend, copy, "not the passphrase", FAST))).to.equal(
      "PASSPHRASE_WRONG",
    );
    for (const bad of [
      "",
      "{}",
      copy.replace("copy/2", "copy/3"),
      copy.replace('"sealed/', '"../../sealed/'),
    ]) {
      expect(await codeRejected(Vault.restoreCopy(backend, bad, PASSPHRASE, FAST))).to.equal(
        "DOCUMENT_INVALID",
      );
    }
    expect(texts.size).to.equal(0);
    const restored = await Vault.restoreCopy(backend, copy, PASSPHRASE, FAST);
    expect(await contentOf(restored)).to.deep.equal(await contentOf(vault));
    expect(await codeRejected(Vault.restoreCopy(backend, copy, PASSPHRASE, FAST))).to.equal("ALREADY_THERE");
  });

  it("a new passphrase is refused with a reason when it is short, repeated or a run", () => {
    for (const weak of [
      "short",
      "aaaaaaaaaa",
      "abababababab",
      "passpasspasspass",
      "1234567890",
      "9876543210",
      "abcdefghijkl",
      "11223344556677",
    ]) {
      expect(passphraseProblem(weak), weak).to.be.a("string");
    }
    for (const fine of [
      PASSPHRASE,
      "correct horse battery staple",
      "vier Wörter und ein Pferd",
      "xK7#qpL2mw",
    ]) {
      expect(passphraseProblem(fine), fine).to.equal(undefined);
    }
  });
});

/** One character in the middle of the sealed part changed. */
function flipped(record: string): string {
  const at = record.length - 200;
  return record.slice(0, at) + (record[at] === "A" ? "B" : "A") + record.slice(at + 1);
}
