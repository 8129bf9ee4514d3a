// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { bytesToHex } from "@noble/hashes/utils.js";
import { expect } from "chai";
import {
  deviceNames,
  importIdentity,
  LEGACY_BYTES,
  memoryBackend,
  readDevice,
  readIdentity,
  SimulatedDevice,
  Vault,
} from "../src/index.ts";
import { nodeStretch } from "../src/node/index.ts";
import { codeRejected } from "./support.ts";
import { contentOf, dyingAt, FAST } from "./vaultSupport.ts";

/** What version 1 wrote: command and page at 0eca108, with synthetic content. */
export type OldCommand = {
  passphrase: string;
  files: Record<string, string>;
  expected: Record<string, string>;
};
export type OldPage = {
  passphrase: string;
  secret: string;
  walletSeed: string;
  device: string;
  values: Record<string, string>;
  copy: string;
  backup: string;
  expected: Record<string, string>;
};
export const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./fixtures/vault/${name}.json`, import.meta.url), "utf8")) as T;

export function commandTexts({ files }: OldCommand): Map<string, string> {
  return new Map(Object.entries(files).map(([file, text]) => [file.replace(/\.json$/, ""), text]));
}

export function pageTexts({ values }: OldPage): Map<string, string> {
  return new Map(Object.entries(values).map(([key, hex]) => [key, LEGACY_BYTES + hex]));
}

describe("vaults of version 1", () => {
  const command = fixture<OldCommand>("command-1");
  const page = fixture<OldPage>("page-1");

  it("the command's opens, is rewritten, and nothing is lost wherever that is interrupted", async () => {
    const deaths = await interrupted(
      () => commandTexts(command),
      command.passphrase,
      (content) => expect(content).to.deep.equal(command.expected),
    );
    // One write a record, the header, one removal a record, the old header.
    expect(deaths).to.equal(2 * Object.keys(command.expected).length + 2);
  });

  it("the page's opens, is rewritten, and nothing is lost wherever that is interrupted", async () => {
    const deaths = await interrupted(() => pageTexts(page), page.passphrase, assertPage);
    expect(deaths).to.equal(2 * Object.keys(page.expected).length + 1);
  });

  it("identity and device are those of before, in command and page alike", async () => {
    const old = await Vault.open(memoryBackend(commandTexts(command)), command.passphrase, FAST);
    expect((await readIdentity(old.store))!.secret()).to.equal(1234567890123456789n);
    expect(await deviceNames(old.store)).to.deep.equal(["simulated"]);
    const fromPage = await Vault.open(memoryBackend(pageTexts(page)), page.passphrase, FAST);
    const identity = (await readIdentity(fromPage.store))!;
    expect([identity.secret().toString(), bytesToHex(identity.walletSeed())]).to.deep.equal([
      page.secret,
      page.walletSeed,
    ]);
    const { curve, secretKey } = (await readDevice(fromPage.store, "simulated"))!;
    expect(new SimulatedDevice(curve, secretKey).publicKey).to.equal(page.device);
  });

  it("a wrong passphrase changes nothing", async () => {
    const texts = commandTexts(command);
    const before = new Map(texts);
    expect(await codeRejected(Vault.open(memoryBackend(texts), "another passphrase", FAST))).to.equal(
      "PASSPHRASE_WRONG",
    );
    expect(texts).to.deep.equal(before);
  });

  it("where it cannot be rewritten it is read as it is, and writes are refused", async () => {
    for (const [texts, passphrase] of [
      [commandTexts(command), command.passphrase],
      [pageTexts(page), page.passphrase],
    ] as const) {
      const before = new Map(texts);
      const backend = dyingAt(texts, 0);
      const vault = await Vault.open(backend, passphrase, { stretch: nodeStretch, readOnly: true });
      expect((await readIdentity(vault.store))!.subject).to.be.a("bigint");
      expect(await codeRejected(vault.store.write("a", "b"))).to.equal("STORE_FAILED");
      expect(texts).to.deep.equal(before);
    }
  });

  it("a record that does not open is set aside, and the others come along", async () => {
    const texts = commandTexts(command);
    const bad = [...texts.keys()].find((key) => key.startsWith("store/log/readings/"))!;
    const text = texts.get(bad)!;
    texts.set(bad, text.slice(0, 60));
    const vault = await Vault.open(memoryBackend(texts), command.passphrase, FAST);
    expect(Object.keys(await contentOf(vault)).length).to.equal(Object.keys(command.expected).length - 1);
    expect((await vault.check()).damaged).to.deep.equal([`damaged/${bad}`]);
    expect(texts.get(`damaged/${bad}`)).to.equal(text.slice(0, 60));
  });

  it("a copy and a backup open", async () => {
    const restored = await Vault.restoreCopy(memoryBackend(), page.copy, page.passphrase, FAST);
    assertPage(await contentOf(restored));
    const identity = await importIdentity(page.backup, page.passphrase);
    expect(identity.secret().toString()).to.equal(page.secret);
  });

  function assertPage(content: Record<string, string>): void {
    const { "person/identity": person, "person/device": device, ...rest } = page.expected;
    const { identity, "device/simulated": simulated, ...others } = content;
    expect([person, device, identity, simulated]).to.not.include(undefined);
    expect(others).to.deep.equal(rest);
  }

  /** Opens with a backend that dies at each change in turn, then with a whole one. @returns how often it died */
  async function interrupted(
    texts: () => Map<string, string>,
    passphrase: string,
    assertContent: (content: Record<string, string>) => void,
  ): Promise<number> {
    for (let change = 0; ; change++) {
      const own = texts();
      const died = await Vault.open(dyingAt(own, change), passphrase, FAST).then(
        () => false,
        (error: unknown) => {
          expect(error).to.include({ message: "killed" });
          return true;
        },
      );
      const vault = await Vault.open(memoryBackend(own), passphrase, FAST);
      assertContent(await contentOf(vault));
      const keys = [...own.keys()].filter((key) => key !== "vault" && !key.startsWith("sealed/"));
      expect(keys).to.deep.equal([]);
      expect(own.get("vault")).to.contain("vitalproof/vault/2");
      if (!died) return change;
    }
  }
});
