// SPDX-License-Identifier: GPL-3.0-or-later
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Identity } from "@vitalproof/sdk";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { loadIdentity, saveIdentity } from "../src/identity.ts";
import { beginLog } from "../src/patientLog.ts";
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
  const files = async (vault = "vault"): Promise<string[]> =>
    (await readdir(join(cwd, vault), { recursive: true, withFileTypes: true }))
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
    const records = (await files()).filter((file) => file.includes("sealed"));
    // What is in a folder of its own is of a kind of its own: the device.
    const identity = records.find((file) => /sealed\/[^/]*$/.test(file))!;
    const device = records.find((file) => file !== identity)!;
    const keyFile = join(cwd, "vault/vault.json");
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
      ["VAULT_DAMAGED", "no key file", () => rm(keyFile)],
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

  it("a vault without its key file is not overwritten, and nothing suggests it", async () => {
    await make();
    const keyFile = join(cwd, "vault/vault.json");
    await rename(keyFile, join(cwd, "kept.json"));
    const before = await files();
    for (const argv of [
      ["identity", "show"],
      ["identity", "new", "--scrypt-cost", "14"],
      ["log", "show"],
    ]) {
      const ran = await vitalproof(world(), ...argv, "--json");
      expect([codeOf(ran), ran.code]).to.deep.equal(["VAULT_DAMAGED", EXIT.input]);
      expect(ran.err)
        .to.contain("vault.json")
        .and.not.contain("identity new")
        .and.not.contain("vitalproof init");
    }
    expect(await files()).to.deep.equal(before);
    await rename(join(cwd, "kept.json"), keyFile);
    expect((await vitalproof(world(), "identity", "show")).code).to.equal(EXIT.ok);
  });

  it("a copy becomes a vault elsewhere; check counts its records and names the damaged ones", async () => {
    const { subject } = JSON.parse((await make()).out) as { subject: string };
    await vitalproof(world(), "device", "simulate");
    expect((await vitalproof(world(), "vault", "copy", "--out", "c.json")).code).to.equal(EXIT.ok);
    const there = { cwd, env: { VITALPROOF_VAULT: join(cwd, "second"), VITALPROOF_PASSPHRASE: PASSPHRASE } };
    const restored = await vitalproof(there, "vault", "restore", "c.json", "--json");
    expect((JSON.parse(restored.out) as { subject: string }).subject).to.equal(subject);
    const whole = await vitalproof(there, "vault", "check", "--json");
    expect(whole.code).to.equal(EXIT.ok);
    expect(JSON.parse(whole.out)).to.include({ records: 2 });
    expect(codeOf(await vitalproof(there, "vault", "restore", "c.json", "--json"))).to.equal("ALREADY_THERE");
    const identity = (await files()).find((file) => /sealed\/[^/]*$/.test(file))!;
    await truncate(identity, 40);
    const damaged = await vitalproof(world(), "vault", "check", "--json");
    expect(damaged.code).to.equal(EXIT.no);
    const told = JSON.parse(damaged.out) as { records: number; damaged: { record: string }[] };
    expect([told.records, told.damaged.map(({ record }) => record)]).to.deep.equal([1, ["identity"]]);
  });

  it("of a log with a damaged epoch the others stay readable, and nothing is sealed on it or overwritten", async () => {
    await make();
    await vitalproof(world(), "device", "simulate");
    const start = Date.UTC(2026, 2, 2) / 1000;
    const kept = await withVault(ioOf(world()), { vault: "vault" }, async (vault) => {
      const { subject } = await loadIdentity(vault);
      const account = `0x${"11".repeat(20)}`;
      const { log } = await beginLog(vault, "mine", {
        opening: {
          group: 1n,
          subject,
          profile: "heart-rate-1s",
          offset: 0,
          firstEpoch: start / 3600,
          genesis: 1n,
        },
        domain: { chainId: 31337n, anchors: account },
        attester: account,
      });
      await log.append([0, 1, 2].map((hour) => ({ time: start + hour * 3600, value: 70, unit: "/min" })));
      await log.seal(start + 3 * 3600);
      return vault.sealed.nameOf(`log/mine/epoch/${start / 3600 + 1}`);
    });
    const whole = await vitalproof(world(), "log", "show", "--json");
    expect([whole.code, whole.err]).to.deep.equal([EXIT.ok, ""]);
    const record = join(cwd, "vault", `${kept}.json`);
    await truncate(record, 40);
    const before = await Promise.all(
      (await files()).sort().map(async (file) => [file, await readFile(file, "utf8")]),
    );

    const shown = await vitalproof(world(), "log", "show", "--json");
    expect([shown.code, shown.err]).to.deep.equal([EXIT.no, ""]);
    const { epochs, damaged } = JSON.parse(shown.out) as {
      epochs: unknown[];
      damaged: { epoch: number }[];
    };
    const all = (JSON.parse(whole.out) as { epochs: unknown[] }).epochs;
    expect(epochs).to.deep.equal([all[0], all[2]]);
    expect(damaged.map(({ epoch }) => epoch)).to.deep.equal([start / 3600 + 1]);
    expect((await vitalproof(world(), "log", "show")).out).to.contain(`epoch ${start / 3600 + 1}  DAMAGED`);

    const later = { ...world(), now: start + 4 * 3600 };
    const refusal = await vitalproof(later, "log", "seal", "--out", "heads.json", "--json");
    expect([codeOf(refusal), refusal.code]).to.deep.equal(["LOG_CORRUPT", EXIT.input]);
    expect(refusal.err)
      .to.contain(`Epoch ${start / 3600 + 1}`)
      .and.to.contain("from a copy");
    const after = await Promise.all(
      (await files()).sort().map(async (file) => [file, await readFile(file, "utf8")]),
    );
    expect(after).to.deep.equal(before);
  });

  it("lists show what opens, and say in words which record does not", async () => {
    await make();
    for (const name of ["cgm", "simulated"]) await vitalproof(world(), "device", "simulate", "--name", name);
    const account = `0x${"11".repeat(20)}`;
    const kept = await withVault(ioOf(world()), { vault: "vault" }, async (vault) => {
      const { subject } = await loadIdentity(vault);
      const profile = "heart-rate-1s" as const;
      const opening = { group: 1n, subject, profile, offset: 0, firstEpoch: 500_000, genesis: 1n };
      for (const name of ["mine", "other"]) {
        await beginLog(vault, name, {
          opening,
          domain: { chainId: 31337n, anchors: account },
          attester: account,
        });
      }
      const fileOf = (key: string) => join(cwd, "vault", `${vault.sealed.nameOf(key)}.json`);
      return {
        simulated: fileOf("device/simulated"),
        cgm: fileOf("device/cgm"),
        mine: fileOf("opened/mine"),
      };
    });
    await truncate(kept.simulated, 40);
    const list = await vitalproof(world(), "device", "list", "--json");
    expect([list.code, list.err]).to.deep.equal([EXIT.no, ""]);
    const { devices, damaged } = JSON.parse(list.out) as {
      devices: { name: string }[];
      damaged: { record: string }[];
    };
    expect(devices.map(({ name }) => name)).to.deep.equal(["cgm"]);
    expect(damaged.map(({ record }) => record)).to.deep.equal(["device/simulated"]);
    // Nothing tells how a device was called whose name is not the usual one.
    await truncate(kept.cgm, 40);
    const none = await vitalproof(world(), "device", "list");
    expect(none.code).to.equal(EXIT.no);
    expect(none.out)
      .to.contain("damaged: device/simulated (sealed/")
      .and.to.contain("damaged: the key of a device (sealed/")
      .and.not.to.contain("No device");
    const check = await vitalproof(world(), "vault", "check");
    expect(check.out).to.contain("damaged: the key of a device (sealed/");

    await truncate(kept.mine, 40);
    // The other log does not need it.
    expect((await vitalproof(world(), "log", "show", "--log", "other")).code).to.equal(EXIT.ok);
    for (const log of [["--log", "mine"], []]) {
      const refused = await vitalproof(world(), "log", "show", ...log);
      expect([refused.code, refused.out], log.join()).to.deep.equal([EXIT.input, ""]);
      expect(refused.err, log.join())
        .to.contain("opened/mine")
        .and.to.match(/does not open/);
    }
  });

  it("a record that cannot be read or written is named by its key", async () => {
    await make();
    const name = await withVault(ioOf(world()), { vault: "vault" }, async ({ sealed }) =>
      sealed.nameOf("device/simulated"),
    );
    // A folder in the place of the file: neither a reading nor a writing of it can succeed.
    await mkdir(join(cwd, "vault", `${name}.json`, "x"), { recursive: true });
    const read = await vitalproof(world(), "device", "simulate", "--json");
    expect([codeOf(read), read.code]).to.deep.equal(["STORE_FAILED", EXIT.input]);
    expect((JSON.parse(read.err) as { error: { message: string } }).error.message).to.equal(
      'The vault\'s record "device/simulated" cannot be read (EISDIR).',
    );
    await withVault(ioOf(world()), { vault: "vault" }, async ({ store }) => {
      const error = await store.write("device/simulated", "x").catch((cause: unknown) => cause);
      expect(error).to.include({ code: "STORE_FAILED" });
      expect((error as Error).message).to.contain('record "device/simulated" cannot be written');
    });
  });

  it("check names the damaged record of an attester's group, in vaults of this and of an earlier version", async () => {
    for (const key of ["group", "clinic"]) {
      const name = `${key}-vault`;
      await withVault(
        ioOf(world()),
        { vault: name },
        async (vault: Vault) => vault.store.write(key, `{"kept": "${key}"}`),
        { create: true, logN: 14 },
      );
      const kept = (await files(name)).filter((file) => file.includes("/sealed/"));
      expect(kept).to.have.length(1);
      await truncate(kept[0]!, 40);
      const checked = await vitalproof(world(), "--vault", name, "vault", "check", "--json");
      const { damaged } = JSON.parse(checked.out) as { damaged: { record: string }[] };
      expect([checked.code, damaged.map(({ record }) => record)]).to.deep.equal([EXIT.no, [key]]);
    }
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
});

/** One character in the middle of the sealed part changed. */
function flipped(record: string): string {
  const at = record.length - 200;
  return record.slice(0, at) + (record[at] === "A" ? "B" : "A") + record.slice(at + 1);
}
