// SPDX-License-Identifier: GPL-3.0-or-later
import { cp, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Identity, memoryStore, type Store } from "@vitalproof/sdk";
import { expect } from "chai";
import { encryptedStore } from "../src/encryptedStore.ts";
import { EXIT } from "../src/exit.ts";
import { loadIdentity, saveIdentity } from "../src/identity.ts";
import { type Vault, withVault } from "../src/vault.ts";
import { codeOf, ioOf, vitalproof } from "./support.ts";

const PASSPHRASE = "correct horse battery staple";
const MARKER = "5550199";

describe("the vault", function () {
  this.timeout(60_000);
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-vault-"));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  const world = (more: object = {}) => ({
    cwd,
    env: { VITALPROOF_VAULT: join(cwd, "vault"), VITALPROOF_PASSPHRASE: PASSPHRASE },
    ...more,
  });
  const make = () => vitalproof(world(), "identity", "new", "--scrypt-cost", "14", "--json");
  const files = async (): Promise<string[]> =>
    (await readdir(join(cwd, "vault"), { recursive: true, withFileTypes: true }))
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name));

  it("T33: passphrases come from file, environment or terminal; a wrong one is told and nothing else", async () => {
    expect((await make()).code).to.equal(EXIT.ok);
    await writeFile(join(cwd, "pass.txt"), `${PASSPHRASE}\n`);
    const vault = ["--vault", "vault", "--json"];
    const fromFile = await vitalproof({ cwd }, "identity", "show", "--passphrase-file", "pass.txt", ...vault);
    expect(fromFile.code).to.equal(EXIT.ok);
    const typed = await vitalproof({ cwd, answers: [PASSPHRASE] }, "identity", "show", ...vault);
    expect(typed.code).to.equal(EXIT.ok);
    const nobody = await vitalproof({ cwd }, "identity", "show", ...vault);
    expect([codeOf(nobody), nobody.code]).to.deep.equal(["PASSPHRASE_REQUIRED", EXIT.usage]);

    const marked = `wrong ${MARKER} passphrase`;
    const wrong = await vitalproof({ cwd, answers: [marked] }, "identity", "show", ...vault);
    expect([codeOf(wrong), wrong.code, wrong.out]).to.deep.equal(["PASSPHRASE_WRONG", EXIT.input, ""]);
    const text = await vitalproof({ cwd, answers: [marked] }, "identity", "show", "--vault", "vault");
    for (const shown of [wrong.err, text.err, typed.err, fromFile.out]) {
      expect(shown).to.not.contain(MARKER);
      expect(shown).to.not.contain(PASSPHRASE);
    }
    const argv = await vitalproof({ cwd }, "identity", "show", "--passphrase", PASSPHRASE, ...vault);
    expect(codeOf(argv)).to.equal("USAGE");
  });

  it("the names of earlier versions are refused with the new ones", async () => {
    const option = await vitalproof({ cwd }, "identity", "show", "--home", "x");
    expect([option.code, option.err]).to.deep.equal([
      EXIT.usage,
      "--home has a new name. [USAGE]\nUse --vault instead.\n",
    ]);
    const env = { VITALPROOF_HOME: "x", VITALPROOF_VAULT: "y" };
    const variable = await vitalproof({ cwd, env }, "identity", "show");
    expect(variable.code).to.equal(EXIT.usage);
    expect(variable.err).to.contain("set VITALPROOF_VAULT");
  });

  it("a new passphrase is asked for twice and must be long enough; nothing is left behind otherwise", async () => {
    for (const answers of [
      ["short", "short"],
      [PASSPHRASE, "another passphrase"],
    ]) {
      const ran = await vitalproof({ cwd, answers }, "identity", "new", "--vault", "vault", "--json");
      expect([codeOf(ran), ran.code]).to.deep.equal(["USAGE", EXIT.usage]);
    }
    expect(await readdir(cwd)).to.deep.equal([]);
    const cost = await vitalproof(world(), "identity", "new", "--scrypt-cost", "30", "--json");
    expect(cost.code).to.equal(EXIT.usage);
  });

  it("backup and restore give the same person; a wrong backup passphrase makes no vault", async () => {
    const { subject } = JSON.parse((await make()).out) as { subject: string };
    const backup = { VITALPROOF_BACKUP_PASSPHRASE: "another long passphrase" };
    const withBackup = (vault: string, env: object = backup) => ({
      cwd,
      env: { VITALPROOF_VAULT: join(cwd, vault), VITALPROOF_PASSPHRASE: PASSPHRASE, ...env },
    });
    const written = await vitalproof(
      withBackup("vault"),
      "identity",
      "backup",
      "--out",
      "b.json",
      "--scrypt-cost",
      "14",
    );
    expect(written.code).to.equal(EXIT.ok);
    const again = await vitalproof(withBackup("vault"), "identity", "backup", "--out", "b.json", "--json");
    expect(codeOf(again)).to.equal("FILE_EXISTS");
    const wrong = await vitalproof(
      withBackup("second", { VITALPROOF_BACKUP_PASSPHRASE: PASSPHRASE }),
      "identity",
      "restore",
      "b.json",
      "--json",
    );
    expect([codeOf(wrong), wrong.code]).to.deep.equal(["IDENTITY_WRONG_PASSWORD", EXIT.input]);
    expect(await readdir(cwd)).to.not.include("second");
    const restore = ["identity", "restore", "b.json", "--scrypt-cost", "14", "--json"];
    const restored = await vitalproof(withBackup("second"), ...restore);
    expect((JSON.parse(restored.out) as { subject: string }).subject).to.equal(subject);
    expect(codeOf(await vitalproof(withBackup("second"), ...restore))).to.equal("ALREADY_THERE");
    await writeFile(join(cwd, "no.json"), "{}");
    const none = await vitalproof(withBackup("third"), "identity", "restore", "no.json", "--json");
    expect([codeOf(none), none.code]).to.deep.equal(["IDENTITY_NOT_UNDERSTOOD", EXIT.input]);
  });

  it("a changed, shortened, moved or foreign file is found out", async () => {
    await make();
    await vitalproof(world(), "device", "simulate");
    await cp(join(cwd, "vault"), join(cwd, "kept"), { recursive: true });
    const records = (await files()).filter((file) => file.includes("store"));
    const identity = records.find((file) => !file.includes("device"))!;
    const device = records.find((file) => file.includes("device"))!;
    const keyFile = join(cwd, "vault/home.json");
    const key = await readFile(keyFile, "utf8");
    const record = await readFile(identity, "utf8");
    const attacks: [string, string, () => Promise<unknown>][] = [
      ["VAULT_DAMAGED", "another record in its place", () => cp(device, identity)],
      ["VAULT_DAMAGED", "shortened", () => truncate(identity, 100)],
      ["VAULT_DAMAGED", "no JSON", () => writeFile(identity, "x")],
      ["VAULT_DAMAGED", "a byte changed", () => writeFile(identity, flipped(record))],
      ["VAULT_DAMAGED", "key file without JSON", () => writeFile(keyFile, "x")],
      [
        "VAULT_DAMAGED",
        "key file asking for all memory",
        () => writeFile(keyFile, key.replace('"logN": 14', '"logN": 30')),
      ],
      [
        "PASSPHRASE_WRONG",
        "key file with another cost",
        () => writeFile(keyFile, key.replace('"logN": 14', '"logN": 15')),
      ],
      [
        "PASSPHRASE_WRONG",
        "key file with another salt",
        () =>
          writeFile(
            keyFile,
            key.replace(/"salt": "../, '"salt": "'.concat(/"salt": "00/.test(key) ? "11" : "00")),
          ),
      ],
      ["VAULT_MISSING", "no key file", () => rm(keyFile)],
      ["NOT_THERE", "a record gone", () => rename(identity, `${identity}.old`)],
    ];
    for (const [code, name, attack] of attacks) {
      await attack();
      const ran = await vitalproof(world(), "identity", "show", "--json");
      expect(codeOf(ran), name).to.equal(code);
      expect(ran.err).to.not.contain("    at ");
      await rm(join(cwd, "vault"), { recursive: true });
      await cp(join(cwd, "kept"), join(cwd, "vault"), { recursive: true });
    }
  });

  it("one command at a time: a second one is refused; the lock of a dead process is taken over", async () => {
    await make();
    const lock = join(cwd, "vault/lock");
    await writeFile(lock, String(process.pid));
    const busy = await vitalproof(world(), "identity", "show", "--json");
    expect([codeOf(busy), busy.code]).to.deep.equal(["VAULT_IN_USE", EXIT.input]);
    await writeFile(lock, "999999999");
    expect((await vitalproof(world(), "identity", "show")).code).to.equal(EXIT.ok);
    expect(await readdir(join(cwd, "vault"))).to.not.include("lock");
  });

  it("T33: nothing of what a vault keeps is readable in its files or their names", async () => {
    const secret = 5_550_199_555_019_955_501_995_550_199n;
    const seed = new Uint8Array(32).fill(0xab);
    await withVault(
      ioOf(world()),
      { vault: "vault" },
      async (vault: Vault) => {
        await saveIdentity(vault, new Identity(secret, seed));
        await vault.store.write("log/readings/epoch/5550199", `[${MARKER}]`);
        const back = await loadIdentity(vault);
        expect(back.secret()).to.equal(secret);
        expect(back.walletSeed()).to.deep.equal(seed);
      },
      { create: true, logN: 14 },
    );
    for (const file of await files()) {
      const shown = file + (await readFile(file, "latin1"));
      for (const marker of [MARKER, "abababab", secret.toString(16), PASSPHRASE]) {
        expect(shown.slice(cwd.length)).to.not.contain(marker);
      }
    }
  });

  describe("the encrypting store", () => {
    const key = new Uint8Array(32).fill(7);
    const filled = async (): Promise<{ inner: Store; store: Store }> => {
      const inner = memoryStore();
      const store = encryptedStore(inner, key);
      for (const name of ["identity", "log/a/state", "log/a/epoch/1", "log/b/state", "attester/log/ab/1/0"]) {
        await store.write(name, `text of ${name}`);
      }
      return { inner, store };
    };

    it("reads back what was written, and lists keys by prefix as the store beneath does", async () => {
      const { inner, store } = await filled();
      expect(await store.read("log/a/state")).to.equal("text of log/a/state");
      expect(await store.read("log/c/state")).to.equal(undefined);
      expect((await store.keys("log/a/")).sort()).to.deep.equal(["log/a/epoch/1", "log/a/state"]);
      expect((await store.keys("log/")).length).to.equal(3);
      expect((await store.keys("log/a/ep")).length).to.equal(1);
      expect((await store.keys("attester/log/ab/")).length).to.equal(1);
      expect((await store.keys("")).length).to.equal(5);
      expect(await store.keys("nothing/")).to.deep.equal([]);
      const other = encryptedStore(inner, new Uint8Array(32).fill(8));
      expect(await other.read("identity")).to.equal(undefined);
    });

    it("two writes of one text differ; texts of near lengths look alike", async () => {
      const inner = memoryStore();
      const store = encryptedStore(inner, key);
      await store.write("log/a/state", "[9,9,9]");
      const [name] = await inner.keys("");
      const first = await inner.read(name!);
      await store.write("log/a/state", "[9,9,9]");
      const second = await inner.read(name!);
      await store.write("log/a/state", "[399,399,399]");
      const third = await inner.read(name!);
      expect(first).to.not.equal(second);
      expect(third!.length).to.equal(first!.length);
    });
  });
});

/** One character in the middle of the sealed part changed. */
function flipped(record: string): string {
  const at = record.length - 200;
  return record.slice(0, at) + (record[at] === "A" ? "B" : "A") + record.slice(at + 1);
}
