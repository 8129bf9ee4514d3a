// SPDX-License-Identifier: GPL-3.0-or-later
//
// T33: marked secrets, readings, passphrases and keys go through every command that there is, and into its failures.
// Nothing that a command prints or writes to a file shows one. The commands are the command table's own and run as their help has them, with
// marked files: a new command is tried because its help must have an example.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerWallet } from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import type { Command } from "commander";
import { ADDRESS, numberOf, RIGHTS } from "../../../test/support/ledgerPage.ts";
import { EXIT } from "../src/exit.ts";
import { loadIdentity } from "../src/identity.ts";
import { keepConsent } from "../src/ledger/keptConsents.ts";
import { buildProgram } from "../src/program.ts";
import { withVault } from "../src/vault.ts";
import { examplesOf, ioOf, type Ran, vitalproof } from "./support.ts";

const MARKERS = ["phrase-5550191", "5550193", "url-5550196", "text-5550197"];
const [PHRASE, READING, KEY, TEXT] = MARKERS as [string, string, string, string];
const PASSPHRASE = `marked ${PHRASE} of a vault`;

/** Commands whose file is there to hold a secret: a consent's audit key, and the revocation secret of one slot. */
const WRITES_SECRETS: Readonly<Record<string, "audit" | "revocation">> = {
  "ledger share": "audit",
  "ledger revoke": "revocation",
};

/** What a file holds that a command is given. */
const CONTENTS: Readonly<Record<string, (name: string) => string>> = {
  garbage: (name) => (name.endsWith(".csv") ? `${READING}\n"${READING}` : `{"${TEXT}": ${READING}, ${TEXT}`),
  "another document": (name) =>
    name.endsWith(".csv")
      ? `time,value\n2026-03-06T10:00:00Z,${READING}\n2026-03-06T10:05:00Z,${READING}.5x\n${READING},${READING}\n`
      : JSON.stringify({
          kind: TEXT,
          version: READING,
          secret: TEXT,
          salt: READING,
          codes: [READING],
          path: TEXT,
        }),
};

/** Every command that does something, with the names that lead to it. */
function commandsOf(command: Command, path: readonly string[] = []): string[][] {
  return command.commands.flatMap((each) => {
    const here = [...path, each.name()];
    return each.commands.length === 0 ? [here] : commandsOf(each, here);
  });
}

/** The text of a file, or of all files in a folder. Empty if the path does not exist. */
async function textsIn(path: string): Promise<string> {
  if (!existsSync(path)) return "";
  if ((await stat(path)).isFile()) return readFile(path, "utf8");
  const inside = await readdir(path, { recursive: true, withFileTypes: true });
  const files = inside.filter((entry) => entry.isFile());
  return (await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")))).join(
    "\n",
  );
}

describe("T33: markers through every command", function () {
  this.timeout(300_000);
  const commands = commandsOf(buildProgram(ioOf({ cwd: tmpdir() })));
  /** What only the vault knows. */
  const secrets: string[] = [];
  /** Of the consent 1/3 of the health ledger, which the vault keeps. */
  const ofConsent = { audit: "", revocation: "" };
  let cwd: string;

  const world = () => ({
    cwd,
    env: {
      VITALPROOF_PASSPHRASE: PASSPHRASE,
      VITALPROOF_VAULT: join(cwd, "vault"),
      VITALPROOF_KEYSTORE_PASSPHRASE: PASSPHRASE,
      VITALPROOF_BACKUP_PASSPHRASE: PASSPHRASE,
      // Nobody listens there, and its path is a key.
      VITALPROOF_RPC: `http://127.0.0.1:1/${KEY}`,
    },
  });

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-markers-"));
    for (const argv of [
      ["identity", "new", "--scrypt-cost", "14"],
      ["device", "simulate"],
    ]) {
      const ran = await vitalproof(world(), ...argv);
      expect(ran.code, ran.err).to.equal(0);
    }
    await withVault(ioOf(world()), {}, async (vault) => {
      const { store } = vault;
      const wallet = new LedgerWallet(await loadIdentity(vault));
      const audit = numberOf("marked audit key");
      await keepConsent(
        vault,
        wallet.accept({ address: ADDRESS, slot: 3, rights: RIGHTS, grantee: 7, audit }).kept,
      );
      ofConsent.audit = String(audit);
      ofConsent.revocation = String(wallet.keysOf(ADDRESS, 3).revocationSecret());
      secrets.push(ofConsent.audit, ofConsent.revocation);
      for (const key of await store.keys("")) {
        const text = (await store.read(key)) ?? "";
        for (const [, value] of text.matchAll(
          /"(?:secret|walletSeed|seed|privateKey|key)":\s*"([^"]{20,})"/g,
        ))
          secrets.push(value!);
      }
    });
  });
  after(() => rm(cwd, { recursive: true, force: true }));

  /** @param but a secret that belongs there */
  function assertClean(what: string, { out, err }: Pick<Ran, "out" | "err">, but?: string): void {
    for (const marker of [...MARKERS, ...secrets].filter((each) => each !== but))
      expect(`${out}\n${err}`, what).to.not.contain(marker);
  }

  it("the vault's secrets are known to this test, and a marker that is shown is noticed", () => {
    expect(secrets.length).to.be.greaterThan(1);
    for (const marker of [...MARKERS, ...secrets])
      expect(() => assertClean("planted", { out: "", err: `at ${marker}.` })).to.throw("planted");
    expect(commands.length).to.be.greaterThan(45);
  });

  for (const path of commands) {
    it(`T33: vitalproof ${path.join(" ")}`, async () => {
      const [example] = examplesOf((await vitalproof({ cwd }, ...path, "--help")).out);
      expect(example, "its help has an example").to.not.equal(undefined);
      // An example says 0x… where an address or, of a consent, a hash belongs.
      for (const [i, word] of example!.entries()) {
        const hash = path[0] === "consent" || example![i - 1] === "--consent";
        if (word === "0x…") example![i] = `0x${"ab".repeat(hash ? 32 : 20)}`;
      }
      const written = ["--out", "-o"];
      const outputs = example!
        .filter((_, i) => written.includes(example![i - 1]!))
        .map((name) => join(cwd, name));
      const files = example!.filter(
        (word, i) => /^[\w./-]+\.(json|csv|txt|html|tsv)$/.test(word) && !written.includes(example![i - 1]!),
      );
      let asksTheChain = false;
      for (const [content, textOf] of Object.entries(CONTENTS)) {
        // Without a file, the same again is no other case, and waiting for a node that does not answer takes seconds.
        if (asksTheChain && files.length === 0) continue;
        for (const file of files) await writeFile(join(cwd, file), textOf(file));
        for (const output of outputs) await rm(output, { recursive: true, force: true });
        const argv = content === "garbage" ? [...example!, "--json"] : example!;
        const ran = await vitalproof(world(), ...argv);
        assertClean(`${argv.join(" ")}, ${content}`, ran);
        asksTheChain = ran.code === EXIT.chain;
        // A fault would say that it was not foreseen, whatever it shows.
        expect(ran.code, ran.err).to.not.equal(EXIT.internal);
        for (const output of outputs) {
          const text = await textsIn(output);
          const meant = WRITES_SECRETS[path.join(" ")];
          if (meant !== undefined) expect(text, argv.join(" ")).to.contain(ofConsent[meant]);
          const but = meant === undefined ? undefined : ofConsent[meant];
          assertClean(`${argv.join(" ")}, ${content}, written`, { out: text, err: "" }, but);
        }
      }
      if (asksTheChain) return;
      const wrong = { ...world(), env: { ...world().env, VITALPROOF_PASSPHRASE: `${PHRASE} and wrong` } };
      assertClean(
        `${example!.join(" ")}, another passphrase`,
        await vitalproof(wrong, ...example!, "--json"),
      );
    });
  }
});
