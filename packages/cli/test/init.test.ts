// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { withVault } from "../src/vault.ts";
import { codeOf, ioOf, vitalproof } from "./support.ts";

type Init = { vault: string; subject: string; made: boolean; next: { why: string; command: string }[] };

describe("init", () => {
  const cwd = mkdtempSync(join(tmpdir(), "vitalproof-init-"));
  const world = { cwd, env: { VITALPROOF_PASSPHRASE: "correct horse battery staple" } };
  after(() => rmSync(cwd, { recursive: true, force: true }));

  async function init(...more: string[]): Promise<Init> {
    const { code, out, err } = await vitalproof(world, "--json", "--vault", "vault", "init", ...more);
    expect(code, err).to.equal(0);
    return JSON.parse(out) as Init;
  }
  /** Words as a shell would read them. */
  const wordsOf = (command: string) =>
    [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const commands = ({ next }: Init) => next.map(({ command }) => wordsOf(command).slice(3, 5).join(" "));

  it("makes vault and identity once, and says what comes next at each stage", async () => {
    const first = await init("--scrypt-cost", "14");
    expect(first.made).to.equal(true);
    expect(first.vault).to.equal(join(cwd, "vault"));
    expect(commands(first)).to.deep.equal(["identity backup", "device simulate", "log request", "log open"]);

    const again = await init();
    expect(again).to.include({ made: false, subject: first.subject });
    expect(commands(again)).to.deep.equal(["device simulate", "log request", "log open"]);

    expect((await vitalproof(world, "--quiet", "--vault", "vault", "device", "simulate")).code).to.equal(0);
    expect(commands(await init())).to.deep.equal(["log request", "log open"]);

    const options = { vault: "vault" };
    await withVault(ioOf(world), options, ({ store }) => store.write("opened/readings", "{}"));
    expect(commands(await init())).to.deep.equal(["log add", "log seal"]);
  });

  it("each printed line runs, on the vault that was named", async () => {
    const env = { ...world.env, VITALPROOF_BACKUP_PASSPHRASE: world.env.VITALPROOF_PASSPHRASE };
    const made = await vitalproof(
      { cwd, env },
      ...["--json", "--vault", "another vault", "init", "--scrypt-cost", "14"],
    );
    const values: Record<string, string> = {
      FILE: "backup.json",
      PROFILE: "glucose-mg-dl-5min",
      ZONE: "Europe/Berlin",
    };
    const [backup, device, request, open] = (JSON.parse(made.out) as Init).next.map(({ command }) =>
      wordsOf(command).map((word) => values[word] ?? word),
    );
    for (const words of [[...backup!, "--scrypt-cost", "14"], device!, request!]) {
      expect(words.slice(0, 3)).to.deep.equal(["vitalproof", "--vault", join(cwd, "another vault")]);
      const { code, err } = await vitalproof({ cwd, env }, "--quiet", ...words.slice(1));
      expect(code, `${words.join(" ")}\n${err}`).to.equal(0);
    }
    // A backup is no opening; the line itself is understood.
    const opened = await vitalproof({ cwd, env }, "--json", ...open!.slice(1));
    expect(codeOf(opened)).to.equal("DOCUMENT_INVALID");
    // Where the environment names the vault, the lines need not.
    const named = { cwd, env: { ...env, VITALPROOF_VAULT: "another vault" } };
    const { next } = JSON.parse((await vitalproof(named, "--json", "init")).out) as Init;
    expect(next[0]!.command).to.match(/^vitalproof log request --profile PROFILE /);
  });

  it("says it in words too", async () => {
    const { out } = await vitalproof(world, "--quiet", "--vault", "vault", "init");
    expect(out).to.match(
      /vault holds an identity already\nsubject \d+\nWhat to do next:\n {2}Add readings to the log: `/,
    );
  });
});
