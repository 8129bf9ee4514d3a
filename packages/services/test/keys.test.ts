// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keys of services in files, keystores and the environment. Those in tokens: pkcs11.test.ts.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { developmentWallet } from "@vitalproof/sdk/node";
import { parse } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { encryptKeystoreJson, JsonRpcProvider, verifyMessage, Wallet } from "ethers";
import {
  createMasterKey,
  type MasterKeyConfig,
  MasterKeys,
  masterKeyConfig,
  openMasterKey,
  openMasterKeys,
  openSigner,
  type SignerConfig,
  signerConfig,
} from "../src/keys/index.ts";
import { loadLibrary } from "../src/keys/pkcs11/library.ts";
import { rejection, shown } from "./support/rejection.ts";

const PRIVATE_KEY = `0x${"5eC7e7".toLowerCase().repeat(10)}c0de`;
const PASSPHRASE = "marker of the passphrase, 5 words";
const OTHER_PASSPHRASE = "another marker, with other words";
const MASTER = "a1b2c3d4".repeat(8);
const SALT = "0f".repeat(16);
const CHAIN = { chainId: 10n };
const LOCAL = { chainId: 31_337n };

describe("keys of services", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "vitalproof-keys-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, text: string, mode = 0o600): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  /** With environment variables that are gone afterwards. */
  async function withEnv<T>(values: Record<string, string>, act: () => Promise<T>): Promise<T> {
    Object.assign(process.env, values);
    try {
      return await act();
    } finally {
      for (const name of Object.keys(values)) delete process.env[name];
    }
  }

  describe("of accounts", () => {
    it("in a file sign for their account, without a provider and with one", async () => {
      const signer = await openSigner({ kind: "file", path: file("account", `${PRIVATE_KEY}\n`) }, CHAIN);
      expect(signer.address).to.equal(new Wallet(PRIVATE_KEY).address);
      expect(signer.provider).to.equal(null);
      const provider = new JsonRpcProvider("http://127.0.0.1:9", 10, { staticNetwork: true });
      const connected = signer.connect(provider);
      expect(connected.provider).to.equal(provider);
      expect(verifyMessage("hello", await connected.signMessage("hello"))).to.equal(signer.address);
      provider.destroy();
    });

    it("that other accounts of the machine can read are refused, with the command that mends it", async () => {
      for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o777]) {
        const path = file("it's exposed", PRIVATE_KEY, mode);
        const error = await rejection(openSigner({ kind: "file", path }, CHAIN));
        expect(error.code, mode.toString(8)).to.equal("KEY_FILE_EXPOSED");
        expect(error.hint).to.contain(`chmod 600 '${path.replace("'", "'\\''")}'`);
        expect(error.details.mode).to.equal(`0${mode.toString(8)}`);
      }
      for (const mode of [0o600, 0o400]) {
        const path = file(`kept-${mode}`, PRIVATE_KEY, mode);
        expect((await openSigner({ kind: "file", path }, CHAIN)).address).to.match(/^0x/);
      }
    });

    it("are exactly one private key: other texts, zero and the order of the curve are refused", async () => {
      const order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
      for (const text of [
        "",
        "0x",
        PRIVATE_KEY.slice(2),
        `${PRIVATE_KEY}00`,
        `0x${"00".repeat(32)}`,
        order,
      ]) {
        const error = await rejection(openSigner({ kind: "file", path: file("odd", text) }, CHAIN));
        expect(error.code, text).to.equal("FILE_NOT_UNDERSTOOD");
      }
      const long = file("long", "0".repeat(70_000));
      const refused = [long, folder, join(folder, "nothing")].map((path) =>
        rejection(openSigner({ kind: "file", path }, CHAIN)),
      );
      // A folder has rights for searching it, which 0700 leaves to its owner.
      expect((await Promise.all(refused)).map(({ code }) => code)).to.deep.equal([
        "FILE_NOT_UNDERSTOOD",
        "FILE_UNREADABLE",
        "FILE_UNREADABLE",
      ]);
    });

    it("in a keystore open with its passphrase, from a file or the environment, and with no other", async () => {
      const account = { address: new Wallet(PRIVATE_KEY).address, privateKey: PRIVATE_KEY };
      const text = await encryptKeystoreJson(account, PASSPHRASE, { scrypt: { N: 1024, r: 8, p: 1 } });
      const path = file("keystore.json", text, 0o644);
      const passphraseFile = file("passphrase", `${PASSPHRASE}\nsecond line`);
      const one = await openSigner({ kind: "keystore", path, passphraseFile }, CHAIN);
      const two = await withEnv({ VITALPROOF_TEST_PASSPHRASE: PASSPHRASE }, () =>
        openSigner({ kind: "keystore", path, passphraseEnv: "VITALPROOF_TEST_PASSPHRASE" }, CHAIN),
      );
      expect([one.address, two.address]).to.deep.equal([account.address, account.address]);

      const codeFor = async (passphrase: string, mode = 0o600, keystore = path) => {
        const config = { passphraseFile: file("other", passphrase, mode), path: keystore };
        return (await rejection(openSigner({ kind: "keystore", ...config }, CHAIN))).code;
      };
      expect(await codeFor(OTHER_PASSPHRASE)).to.equal("PASSPHRASE_WRONG");
      expect(await codeFor("")).to.equal("PASSPHRASE_REQUIRED");
      expect(await codeFor(PASSPHRASE, 0o644)).to.equal("KEY_FILE_EXPOSED");
      expect(await codeFor(PASSPHRASE, 0o600, file("no.json", "{}"))).to.equal("FILE_NOT_UNDERSTOOD");
      const unset: SignerConfig = { kind: "keystore", path, passphraseEnv: "VITALPROOF_TEST_NOT_SET" };
      expect((await rejection(openSigner(unset, CHAIN))).code).to.equal("PASSPHRASE_REQUIRED");
    });

    it("that every node funds are refused on a chain that others use", async () => {
      for (const index of [0, 19]) {
        const { privateKey, address } = developmentWallet(index);
        const config: SignerConfig = { kind: "file", path: file(`dev-${index}`, privateKey) };
        expect((await openSigner(config, LOCAL)).address).to.equal(address);
        for (const chainId of [1n, 10n, 11_155_111n]) {
          expect((await rejection(openSigner(config, { chainId }))).code).to.equal("NOT_ALLOWED");
        }
      }
    });
  });

  it("in tokens need pkcs11js, and the error says how to install it", async () => {
    const name = "pkcs11js-that-is-not-installed";
    const error = await rejection(loadLibrary(() => import(name)));
    expect(error.code).to.equal("TOKEN_UNUSABLE");
    expect(error.hint).to.contain("npm install pkcs11js");
  });

  describe("for data at rest", () => {
    const key = () => new Uint8Array(32).map((_, index) => index + 1);
    const inFile = (): MasterKeyConfig => ({ kind: "file", path: file("master", `${MASTER}\n`) });

    async function byPassphrase(passphrase: string, more: Partial<MasterKeyConfig> = {}) {
      const config = { kind: "passphrase", salt: SALT, logN: 14, ...more } as const;
      return openMasterKey({
        ...config,
        passphraseFile: file("master passphrase", passphrase),
      } as MasterKeyConfig);
    }

    it("wrap and unwrap; the same key in a file and in the environment is the same master key", async () => {
      const one = await openMasterKey(inFile());
      const two = await withEnv({ VITALPROOF_TEST_MASTER: MASTER }, () =>
        openMasterKey({ kind: "env", name: "VITALPROOF_TEST_MASTER" }),
      );
      expect(one.id).to.match(/^[0-9a-f]{32}$/);
      expect(two.id).to.equal(one.id);
      const wrapped = await one.wrap(key());
      expect(await two.unwrap(wrapped)).to.deep.equal(key());
      expect(await one.wrap(key())).not.to.deep.equal(wrapped);
      expect(Buffer.from(wrapped).includes(Buffer.from(key()))).to.equal(false);
      for (const length of [0, 15, 65]) {
        expect((await rejection(one.wrap(new Uint8Array(length)))).code).to.equal("INVALID_ARGUMENT");
      }
    });

    it("by a passphrase are the same with the same salt and cost only, and refused with another id", async () => {
      const one = await byPassphrase(PASSPHRASE);
      const { id } = one;
      const wrapped = await one.wrap(key());
      const again = await byPassphrase(PASSPHRASE, { id });
      expect(await again.unwrap(wrapped)).to.deep.equal(key());
      const others = [
        await byPassphrase(OTHER_PASSPHRASE),
        await byPassphrase(PASSPHRASE, { salt: "0e".repeat(16) } as Partial<MasterKeyConfig>),
        await byPassphrase(PASSPHRASE, { logN: 15 } as Partial<MasterKeyConfig>),
      ];
      expect(new Set([id, ...others.map((other) => other.id)]).size).to.equal(4);
      for (const other of others) {
        expect((await rejection(other.unwrap(wrapped))).code).to.equal("MASTER_KEY_OTHER");
      }
      expect((await rejection(byPassphrase(OTHER_PASSPHRASE, { id }))).code).to.equal("PASSPHRASE_WRONG");
      expect((await rejection(byPassphrase("short"))).code).to.equal("INVALID_ARGUMENT");
      expect((await rejection(openMasterKey({ ...inFile(), id }))).code).to.equal("MASTER_KEY_OTHER");
    });

    it("refuse what was changed in any byte, cut short or made longer", async () => {
      const master = await openMasterKey(inFile());
      const wrapped = await master.wrap(key());
      for (let at = 0; at < wrapped.length; at++) {
        const changed = wrapped.slice();
        changed[at]! ^= 1;
        const { code } = await rejection(master.unwrap(changed));
        // Bytes 1 to 16 are the id of the master key.
        expect(code, `byte ${at}`).to.equal(at >= 1 && at <= 16 ? "MASTER_KEY_OTHER" : "WRAPPED_KEY_DAMAGED");
      }
      for (const bytes of [
        new Uint8Array(),
        wrapped.subarray(0, -1),
        Buffer.concat([wrapped, Buffer.of(0)]),
      ]) {
        expect((await rejection(master.unwrap(bytes))).code).to.equal("WRAPPED_KEY_DAMAGED");
      }
    });

    it("do not pass for another: with the id of another written into it, what was wrapped does not open", async () => {
      const [one, two] = [await openMasterKey(inFile()), await byPassphrase(PASSPHRASE)];
      const wrapped = await one.wrap(key());
      wrapped.set(Buffer.from(two.id, "hex"), 1);
      expect((await rejection(two.unwrap(wrapped))).code).to.equal("WRAPPED_KEY_DAMAGED");
    });

    it("are made in a file for its owner only, and never replaced", async () => {
      const place = { kind: "file", path: join(folder, "new master") } as const;
      const { id } = await createMasterKey(place);
      expect(statSync(place.path).mode & 0o777).to.equal(0o600);
      expect((await openMasterKey({ ...place, id })).id).to.equal(id);
      const text = readFileSync(place.path, "utf8");
      expect((await rejection(createMasterKey(place))).code).to.equal("FILE_EXISTS");
      expect(readFileSync(place.path, "utf8")).to.equal(text);
      chmodSync(place.path, 0o644);
      expect((await rejection(openMasterKey(place))).code).to.equal("KEY_FILE_EXPOSED");
      for (const odd of ["", MASTER.slice(1), `${MASTER}0`, "z".repeat(64)]) {
        const config: MasterKeyConfig = { kind: "file", path: file("odd master", odd) };
        expect((await rejection(openMasterKey(config))).code).to.equal("FILE_NOT_UNDERSTOOD");
      }
    });

    it("rotate: the newest wraps, old ones still unwrap, and what is wrapped anew needs only the newest", async () => {
      const old = await openMasterKey(inFile());
      const wrapped = await old.wrap(key());
      const newest: MasterKeyConfig = { kind: "file", path: file("newest", "42".repeat(32)) };
      const keys = await openMasterKeys(newest, [inFile()]);
      expect(keys.isCurrent(wrapped)).to.equal(false);
      expect(await keys.unwrap(wrapped)).to.deep.equal(key());
      const again = await keys.rewrap(wrapped);
      expect(keys.isCurrent(again)).to.equal(true);
      expect(keys.isCurrent(await keys.wrap(key()))).to.equal(true);

      const alone = await openMasterKeys(newest);
      expect(alone.id).to.equal(keys.id);
      expect(await alone.unwrap(again)).to.deep.equal(key());
      const error = await rejection(alone.unwrap(wrapped));
      expect(error.code).to.equal("MASTER_KEY_OTHER");
      expect(error.details).to.deep.equal({ wrappedBy: old.id, have: [alone.id] });
      expect((await rejection(() => new MasterKeys(old, [old]))).code).to.equal("INVALID_ARGUMENT");
    });
  });

  it("have a schema: one source for each secret, known kinds and members only", async () => {
    const token = { kind: "pkcs11", module: "/lib/token.so", token: "attester", label: "account" };
    const good: [typeof signerConfig | typeof masterKeyConfig, Record<string, unknown>][] = [
      [signerConfig, { kind: "file", path: "key" }],
      [signerConfig, { kind: "keystore", path: "key", passphraseEnv: "PASSPHRASE" }],
      [signerConfig, { ...token, pinFile: "pin" }],
      [masterKeyConfig, { kind: "file", path: "key", id: SALT }],
      [masterKeyConfig, { kind: "env", name: "MASTER" }],
      [masterKeyConfig, { kind: "passphrase", salt: SALT, passphraseFile: "file" }],
      [masterKeyConfig, { ...token, pinEnv: "PIN" }],
    ];
    for (const [schema, config] of good) {
      expect(parse<unknown>(schema, config, "keys")).to.deep.equal(config);
      const bad: Record<string, unknown>[] = [
        { ...config, kind: "other" },
        { ...config, passphrase: "secret" },
        { ...config, path: "" },
      ];
      if (config.kind === "keystore" || config.kind === "passphrase") {
        bad.push({ ...config, passphraseEnv: "A", passphraseFile: "a" });
        bad.push({ ...config, passphraseEnv: undefined, passphraseFile: undefined });
      }
      if (config.kind === "pkcs11") {
        bad.push({ ...config, pinEnv: "A", pinFile: "a" });
        bad.push({ ...config, pinEnv: undefined, pinFile: undefined });
      }
      for (const wrong of bad) {
        const { code } = await rejection(() => parse<unknown>(schema, wrong, "keys"));
        expect(code, JSON.stringify(wrong)).to.equal("DOCUMENT_INVALID");
      }
    }
  });

  it("T33: show neither key nor passphrase, in an error or inspected", async () => {
    const bare = PRIVATE_KEY.slice(2);
    const keystore = await encryptKeystoreJson(
      { address: new Wallet(PRIVATE_KEY).address, privateKey: PRIVATE_KEY },
      PASSPHRASE,
      { scrypt: { N: 1024, r: 8, p: 1 } },
    );
    const path = file("k.json", keystore);
    const passphraseFile = file("wrong", OTHER_PASSPHRASE);
    const master: MasterKeyConfig = { kind: "file", path: file("m", MASTER) };
    const opened = await openMasterKey(master);
    const damaged = (await opened.wrap(Buffer.from(bare, "hex"))).fill(1, -4);
    const values = [
      await openSigner({ kind: "file", path: file("a", PRIVATE_KEY) }, CHAIN),
      await openSigner({ kind: "keystore", path, passphraseFile: file("p", PASSPHRASE) }, CHAIN),
      opened,
      await openMasterKeys(master),
      await rejection(openSigner({ kind: "file", path: file("b", `${PRIVATE_KEY}0`) }, CHAIN)),
      await rejection(openSigner({ kind: "file", path: file("c", PRIVATE_KEY, 0o644) }, CHAIN)),
      await rejection(openSigner({ kind: "keystore", path, passphraseFile }, CHAIN)),
      await rejection(openMasterKey({ kind: "file", path: file("d", `${MASTER}0`) })),
      await rejection(openMasterKey({ kind: "passphrase", salt: SALT, logN: 14, passphraseFile, id: SALT })),
      await rejection(opened.unwrap(damaged)),
    ];
    const secrets = [bare, PASSPHRASE, OTHER_PASSPHRASE, MASTER];
    for (const value of values) {
      for (const secret of secrets) expect(shown(value).toLowerCase()).not.to.contain(secret.toLowerCase());
    }
    // The same look finds them where they are.
    for (const secret of secrets) expect(shown({ secret })).to.contain(secret);
  });
});
