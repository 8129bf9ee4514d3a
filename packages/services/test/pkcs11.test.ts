// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keys in PKCS#11 tokens, with tokens of SoftHSM.
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  getBytes,
  hexlify,
  type Provider,
  recoverAddress,
  Transaction,
  verifyMessage,
  verifyTypedData,
  Wallet,
} from "ethers";
import {
  closeTokens,
  createKey,
  createMasterKey,
  openMasterKey,
  openMasterKeys,
  openSigner,
  Pkcs11Signer,
  type TokenKeyConfig,
} from "../src/keys/index.ts";
import { rejection, shown } from "./support/rejection.ts";
import { type SoftHsm, softHsm, whyNoSoftHsm } from "./support/softhsm.ts";

const PIN = "pin-marker-4711";
const OTHER_PIN = "pin-marker-0815";
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const CHAIN = { chainId: 10n };

describe("keys in PKCS#11 tokens", function () {
  this.timeout(60_000);
  let hsm: SoftHsm;
  let pins = 0;

  before(function () {
    const why = whyNoSoftHsm();
    if (why !== undefined) {
      console.log(`    skipped: ${why}`);
      this.skip();
    }
    hsm = softHsm();
    hsm.addToken("alpha", PIN);
    hsm.addToken("beta", OTHER_PIN);
  });
  after(async () => {
    await closeTokens();
    hsm?.close();
  });

  function pinFile(pin: string): string {
    const path = join(hsm.folder, `pin-${pins++}`);
    writeFileSync(path, `${pin}\n`, { mode: 0o600 });
    return path;
  }

  const at = (label: string, more: Partial<TokenKeyConfig> = {}): TokenKeyConfig => ({
    kind: "pkcs11",
    module: hsm.module,
    token: "alpha",
    label,
    pinFile: pinFile(more.token === "beta" ? OTHER_PIN : PIN),
    ...more,
  });

  async function newSigner(label: string, more: Partial<TokenKeyConfig> = {}): Promise<Pkcs11Signer> {
    const { address } = await createKey(at(label, more));
    const signer = await Pkcs11Signer.open(at(label, more));
    expect(signer.address).to.equal(address);
    return signer;
  }

  function importPem(label: string, key: KeyObject): void {
    const file = join(hsm.folder, `${label}.pem`);
    writeFileSync(file, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    hsm.importKey({ token: "alpha", pin: PIN, label, file });
  }

  describe("of accounts", () => {
    it("sign 200 random digests for their address, always with low s", async () => {
      const signer = await newSigner("digests");
      for (let i = 0; i < 200; i++) {
        const digest = randomBytes(32);
        const signature = await signer.signDigest(digest);
        expect(recoverAddress(digest, signature)).to.equal(signer.address);
        expect(BigInt(signature.s) <= HALF_ORDER).to.equal(true);
      }
      expect((await rejection(signer.signDigest(randomBytes(31)))).code).to.equal("INVALID_ARGUMENT");
    });

    it("sign transactions, messages and typed data as a wallet with the same key does", async () => {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
      importPem("imported", privateKey);
      const { d } = privateKey.export({ format: "jwk" });
      const wallet = new Wallet(hexlify(Buffer.from(d!, "base64url")));
      const signer = await openSigner(at("imported"), CHAIN);
      expect(signer.address).to.equal(wallet.address);
      expect(await signer.getAddress()).to.equal(wallet.address);

      const to = `0x${"ab".repeat(20)}`;
      const common = { chainId: 10, nonce: 3, gasLimit: 50_000, value: 7n, data: "0x1234" };
      const requests = [
        { ...common, to, type: 0, gasPrice: 9n },
        { ...common, to, type: 1, gasPrice: 9n, accessList: [{ address: to, storageKeys: [] }] },
        { ...common, to, type: 2, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n, from: signer.address },
        // Without a receiver it creates a contract.
        { ...common, type: 2, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n },
      ];
      for (const request of requests) {
        const [mine, theirs] = [await signer.signTransaction(request), await wallet.signTransaction(request)];
        expect(Transaction.from(mine).from).to.equal(wallet.address);
        expect(Transaction.from(mine).unsignedSerialized).to.equal(
          Transaction.from(theirs).unsignedSerialized,
        );
      }
      const foreign = { ...requests[0]!, from: to };
      expect((await rejection(signer.signTransaction(foreign))).code).to.equal("INVALID_ARGUMENT");

      for (const message of ["a message", randomBytes(40)]) {
        expect(verifyMessage(message, await signer.signMessage(message))).to.equal(wallet.address);
      }
      const domain = { name: "Test", version: "1", chainId: 10, verifyingContract: to };
      const types = { Receipt: [{ name: "leaf", type: "uint256" }] };
      const signed = await signer.signTypedData(domain, types, { leaf: 5n });
      expect(verifyTypedData(domain, types, { leaf: 5n }, signed)).to.equal(wallet.address);
      expect(verifyTypedData(domain, types, { leaf: 6n }, signed)).not.to.equal(wallet.address);
    });

    it("sign 50 at a time, for several accounts in two tokens", async () => {
      const signers = [
        await newSigner("first"),
        await newSigner("second"),
        await newSigner("third", { token: "beta" }),
      ];
      const digests = Array.from({ length: 50 }, () => randomBytes(32));
      const recovered = await Promise.all(
        digests.map(async (digest, i) =>
          recoverAddress(digest, await signers[i % signers.length]!.signDigest(digest)),
        ),
      );
      expect(recovered).to.deep.equal(digests.map((_, i) => signers[i % signers.length]!.address));
    });

    it("stay the same account with a provider", async () => {
      const signer = await newSigner("connected");
      const provider = {} as Provider;
      const connected = signer.connect(provider);
      expect([connected.provider, connected.address]).to.deep.equal([provider, signer.address]);
      expect(connected.connect(null).provider).to.equal(null);
      expect(verifyMessage("m", await connected.signMessage("m"))).to.equal(signer.address);
    });

    it("are made so that they cannot leave the token, and never replaced", async () => {
      await createKey(at("kept"));
      expect((await rejection(createKey(at("kept")))).code).to.equal("ALREADY_THERE");
      const { default: pkcs11 } = await import("pkcs11js");
      await Pkcs11Signer.open(at("kept"));
      const library = new pkcs11.PKCS11();
      library.load(hsm.module);
      const slot = library
        .C_GetSlotList(true)
        .find((each) => library.C_GetTokenInfo(each).label.trim() === "alpha");
      // In the session of this process, which is logged in.
      const session = library.C_OpenSession(slot!, pkcs11.CKF_SERIAL_SESSION);
      library.C_FindObjectsInit(session, [
        { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_PRIVATE_KEY },
        { type: pkcs11.CKA_LABEL, value: "kept" },
      ]);
      const [key] = library.C_FindObjects(session, 2);
      library.C_FindObjectsFinal(session);
      const read = (type: number) => library.C_GetAttributeValue(session, key!, [{ type }])[0]!.value;
      expect(read(pkcs11.CKA_EXTRACTABLE)[0]).to.equal(0);
      expect(read(pkcs11.CKA_NEVER_EXTRACTABLE)[0]).to.equal(1);
      expect(read(pkcs11.CKA_SENSITIVE)[0]).to.equal(1);
      expect(() => read(pkcs11.CKA_VALUE)).to.throw(/CKR_ATTRIBUTE_SENSITIVE/);
      library.C_CloseSession(session);
    });

    it("are refused with what is wrong: library, token, label, curve, sort of key, two of one label", async () => {
      importPem("p256", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
      importPem("rsa", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
      importPem("twice", generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey);
      const again = join(hsm.folder, "twice.pem");
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
      writeFileSync(again, privateKey.export({ type: "pkcs8", format: "pem" }));
      hsm.importKey({ token: "alpha", pin: PIN, label: "twice", file: again, id: "ff" });
      const codeOf = async (config: TokenKeyConfig) => (await rejection(openSigner(config, CHAIN))).code;
      expect(await codeOf(at("x", { module: "/no/library.so" }))).to.equal("TOKEN_UNUSABLE");
      expect(await codeOf(at("x", { module: process.execPath }))).to.equal("TOKEN_UNUSABLE");
      expect(await codeOf(at("x", { token: "gamma" }))).to.equal("TOKEN_UNUSABLE");
      expect(await codeOf(at("x"))).to.equal("TOKEN_KEY_MISSING");
      for (const label of ["p256", "rsa", "twice"]) {
        expect(await codeOf(at(label)), label).to.equal("TOKEN_KEY_UNSUITABLE");
      }
      const { hint, details } = await rejection(openSigner(at("x", { token: "gamma" }), CHAIN));
      expect(details.labels).to.include.members(["alpha", "beta"]);
      expect(hint).to.be.a("string");
    });

    it("are refused when the public key belongs to another private key", async () => {
      const [one, two] = [0, 1].map(() => generateKeyPairSync("ec", { namedCurve: "secp256k1" }));
      importPem("mixed", one!.privateKey);
      await replacePublicKey("mixed", two!.publicKey);
      expect((await rejection(openSigner(at("mixed"), CHAIN))).code).to.equal("TOKEN_KEY_UNSUITABLE");
    });

    it("of development nodes are refused on a chain that others use, in a token as well", async () => {
      const jwk = {
        kty: "EC",
        crv: "secp256k1",
        // The first account of the phrase that everyone knows.
        ...jwkOf("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
      };
      importPem("development", createPrivateKey({ key: jwk, format: "jwk" }));
      expect((await openSigner(at("development"), { chainId: 31_337n })).address).to.match(/^0xf39F/);
      expect((await rejection(openSigner(at("development"), CHAIN))).code).to.equal("NOT_ALLOWED");
    });
  });

  describe("and the PIN", () => {
    it("a wrong one is refused, also while the right one is logged in, and others work on", async () => {
      const signer = await newSigner("pins");
      const wrong = at("pins", { pinFile: pinFile("0000-wrong") });
      for (let i = 0; i < 2; i++) {
        const error = await rejection(openSigner(wrong, CHAIN));
        expect(error.code).to.equal("TOKEN_PIN_WRONG");
        expect(error.hint).to.be.a("string");
      }
      expect(verifyMessage("m", await signer.signMessage("m"))).to.equal(signer.address);
      await closeTokens();
      expect((await rejection(openSigner(wrong, CHAIN))).code).to.equal("TOKEN_PIN_WRONG");
      expect(verifyMessage("m", await signer.signMessage("m"))).to.equal(signer.address);
    });

    it("comes from a file that others cannot read, or from the environment", async () => {
      const { address } = await createKey(at("sources"));
      const exposed = pinFile(PIN);
      chmodSync(exposed, 0o644);
      const codeOf = async (more: Partial<TokenKeyConfig>) =>
        (await rejection(openSigner(at("sources", more), CHAIN))).code;
      expect(await codeOf({ pinFile: exposed })).to.equal("KEY_FILE_EXPOSED");
      expect(await codeOf({ pinFile: pinFile("") })).to.equal("PASSPHRASE_REQUIRED");
      const inEnv = { pinFile: undefined, pinEnv: "VITALPROOF_TEST_PIN" };
      expect(await codeOf(inEnv)).to.equal("PASSPHRASE_REQUIRED");
      process.env.VITALPROOF_TEST_PIN = PIN;
      try {
        expect((await openSigner(at("sources", inEnv), CHAIN)).address).to.equal(address);
      } finally {
        delete process.env.VITALPROOF_TEST_PIN;
      }
    });

    it("is not kept: after a changed file, a lost session logs in with what is in it now", async () => {
      const config = at("changed", { pinFile: pinFile(PIN) });
      await createKey(config);
      const signer = await Pkcs11Signer.open(config);
      writeFileSync(config.pinFile!, "1111-wrong");
      await closeTokens();
      expect((await rejection(signer.signMessage("m"))).code).to.equal("TOKEN_PIN_WRONG");
      writeFileSync(config.pinFile!, PIN);
      expect(verifyMessage("m", await signer.signMessage("m"))).to.equal(signer.address);
    });
  });

  describe("and a session that is lost", () => {
    it("is opened again when something else closed it", async () => {
      const signer = await newSigner("closed");
      const master = at("closed master");
      await createMasterKey(master);
      const keys = await openMasterKey(master);
      const wrapped = await keys.wrap(randomBytes(32));
      for (let i = 0; i < 3; i++) {
        await closeAllSessions();
        expect(verifyMessage("m", await signer.signMessage("m"))).to.equal(signer.address);
        await closeAllSessions();
        expect((await keys.unwrap(wrapped)).length).to.equal(32);
      }
    });

    it("says so while the token is gone, works again once it is back, and other tokens work meanwhile", async () => {
      const signer = await newSigner("removable", { token: "beta" });
      const other = await newSigner("staying");
      for (let i = 0; i < 2; i++) {
        hsm.unplug("beta");
        for (let j = 0; j < 2; j++) {
          const error = await rejection(signer.signMessage("m"));
          expect(error.code).to.equal("TOKEN_UNUSABLE");
          expect(error.details.token).to.equal("beta");
        }
        expect(verifyMessage("m", await other.signMessage("m"))).to.equal(other.address);
        hsm.plugIn("beta");
        expect(verifyMessage("m", await signer.signMessage("m"))).to.equal(signer.address);
        expect(verifyMessage("m", await other.signMessage("m"))).to.equal(other.address);
      }
    });

    it("does not continue with another key that has the same label", async () => {
      hsm.addToken("delta", PIN);
      const signer = await newSigner("account", { token: "delta" });
      hsm.unplug("delta");
      expect((await rejection(signer.signMessage("m"))).code).to.equal("TOKEN_UNUSABLE");
      hsm.addToken("delta", PIN);
      await createKey(at("account", { token: "delta" }));
      expect((await rejection(signer.signMessage("m"))).code).to.equal("TOKEN_KEY_UNSUITABLE");
    });
  });

  describe("for data at rest", () => {
    it("wrap and unwrap, bound to their id; changed bytes are refused, and the key works on", async () => {
      const { id } = await createMasterKey(at("master"));
      const master = await openMasterKey({ ...at("master"), id });
      const key = randomBytes(32);
      const wrapped = await master.wrap(key);
      expect(Buffer.from(await master.unwrap(wrapped))).to.deep.equal(key);
      for (const place of [0, 1, 16, 17, 28, 29, 60, wrapped.length - 1]) {
        const changed = wrapped.slice();
        changed[place]! ^= 1;
        const wanted = place === 1 || place === 16 ? "MASTER_KEY_OTHER" : "WRAPPED_KEY_DAMAGED";
        expect((await rejection(master.unwrap(changed))).code, `byte ${place}`).to.equal(wanted);
      }
      expect(Buffer.from(await master.unwrap(wrapped))).to.deep.equal(key);

      await createMasterKey(at("other master"));
      const other = await openMasterKey(at("other master"));
      expect((await rejection(other.unwrap(wrapped))).code).to.equal("MASTER_KEY_OTHER");
      wrapped.set(getBytes(`0x${other.id}`), 1);
      expect((await rejection(other.unwrap(wrapped))).code).to.equal("WRAPPED_KEY_DAMAGED");
      expect((await rejection(openMasterKey({ ...at("other master"), id }))).code).to.equal(
        "MASTER_KEY_OTHER",
      );
      expect((await rejection(createMasterKey(at("master")))).code).to.equal("ALREADY_THERE");
    });

    it("in a token gone do not pass for damaged data", async () => {
      await createMasterKey(at("gone master", { token: "beta" }));
      const master = await openMasterKey(at("gone master", { token: "beta" }));
      const wrapped = await master.wrap(randomBytes(32));
      hsm.unplug("beta");
      const { code } = await rejection(master.unwrap(wrapped));
      hsm.plugIn("beta");
      expect(code).to.equal("TOKEN_UNUSABLE");
      expect((await master.unwrap(wrapped)).length).to.equal(32);
    });

    it("move from a file into a token: the same id, and what was wrapped opens in both", async () => {
      const bytes = forImport(32);
      const path = join(hsm.folder, "master.hex");
      writeFileSync(path, bytes.toString("hex"), { mode: 0o600 });
      const raw = join(hsm.folder, "master.raw");
      writeFileSync(raw, bytes, { mode: 0o600 });
      hsm.importKey({ token: "alpha", pin: PIN, label: "moved", file: raw, aes: true });
      const [inFile, inToken] = [
        await openMasterKey({ kind: "file", path }),
        await openMasterKey(at("moved")),
      ];
      expect(inToken.id).to.equal(inFile.id);
      const key = randomBytes(32);
      expect(Buffer.from(await inToken.unwrap(await inFile.wrap(key)))).to.deep.equal(key);
      expect(Buffer.from(await inFile.unwrap(await inToken.wrap(key)))).to.deep.equal(key);
    });

    it("rotate from a file to a token", async () => {
      const path = join(hsm.folder, "old.hex");
      writeFileSync(path, randomBytes(32).toString("hex"), { mode: 0o600 });
      const old = { kind: "file", path } as const;
      const wrapped = await (await openMasterKey(old)).wrap(randomBytes(32));
      await createMasterKey(at("rotated"));
      const keys = await openMasterKeys(at("rotated"), [old]);
      const again = await keys.rewrap(wrapped);
      const alone = await openMasterKey(at("rotated"));
      expect(await alone.unwrap(again)).to.deep.equal(await keys.unwrap(wrapped));
    });

    it("are AES with 256 bits", async () => {
      const raw = join(hsm.folder, "short.raw");
      writeFileSync(raw, forImport(16), { mode: 0o600 });
      hsm.importKey({ token: "alpha", pin: PIN, label: "short", file: raw, aes: true });
      expect((await rejection(openMasterKey(at("short")))).code).to.equal("TOKEN_KEY_UNSUITABLE");
      expect((await rejection(openMasterKey(at("nothing")))).code).to.equal("TOKEN_KEY_MISSING");
    });
  });

  it("T33: show no PIN, in an error or inspected", async () => {
    const signer = await newSigner("shown");
    await createMasterKey(at("shown master"));
    const wrong = at("shown", { pinFile: pinFile(OTHER_PIN) });
    const values = [
      signer,
      signer.connect({} as Provider),
      await openMasterKey(at("shown master")),
      await openMasterKeys(at("shown master")),
      await rejection(openSigner(wrong, CHAIN)),
      await rejection(openSigner(at("nothing"), CHAIN)),
      await rejection(openSigner(at("shown", { token: "gamma" }), CHAIN)),
      await rejection(createKey(at("shown"))),
    ];
    for (const value of values) {
      for (const secret of [PIN, OTHER_PIN]) expect(shown(value)).not.to.contain(secret);
    }
  });

  /** Closes the sessions of this process with all tokens, behind the back of what uses them. */
  async function closeAllSessions(): Promise<void> {
    const { default: pkcs11 } = await import("pkcs11js");
    const library = new pkcs11.PKCS11();
    library.load(hsm.module);
    for (const slot of library.C_GetSlotList(true)) library.C_CloseAllSessions(slot);
  }

  /** Puts another public key under a label. */
  async function replacePublicKey(label: string, key: KeyObject): Promise<void> {
    const { default: pkcs11 } = await import("pkcs11js");
    const { x, y } = key.export({ format: "jwk" });
    const point = Buffer.concat([
      Buffer.of(4, 65, 4),
      ...[x, y].map((part) => Buffer.from(part!, "base64url")),
    ]);
    await closeTokens();
    const library = new pkcs11.PKCS11();
    library.load(hsm.module);
    library.C_Initialize();
    try {
      const slot = library
        .C_GetSlotList(true)
        .find((each) => library.C_GetTokenInfo(each).label.trim() === "alpha");
      const session = library.C_OpenSession(slot!, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
      library.C_Login(session, pkcs11.CKU_USER, PIN);
      const template = [
        { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_PUBLIC_KEY },
        { type: pkcs11.CKA_LABEL, value: label },
      ];
      library.C_FindObjectsInit(session, template);
      const [before] = library.C_FindObjects(session, 2);
      library.C_FindObjectsFinal(session);
      library.C_DestroyObject(session, before!);
      library.C_CreateObject(session, [
        ...template,
        { type: pkcs11.CKA_KEY_TYPE, value: pkcs11.CKK_EC },
        { type: pkcs11.CKA_TOKEN, value: true },
        { type: pkcs11.CKA_EC_PARAMS, value: Buffer.from("06052b8104000a", "hex") },
        { type: pkcs11.CKA_EC_POINT, value: point },
      ]);
    } finally {
      library.C_Finalize();
    }
  }
});

/** softhsm2-util reads a line of text, and cuts a key at its first zero byte. */
function forImport(bytes: number): Buffer {
  return Buffer.from(randomBytes(bytes).map((byte) => byte | 0x80));
}

/** The members of a JSON Web Key that depend on a private key. */
function jwkOf(privateKey: string) {
  const { publicKey } = new Wallet(privateKey).signingKey;
  const part = (from: number) => Buffer.from(publicKey.slice(from, from + 64), "hex").toString("base64url");
  return { d: Buffer.from(privateKey.slice(2), "hex").toString("base64url"), x: part(4), y: part(68) };
}
