// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { withVault } from "../src/vault.ts";
import { ioOf, vitalproof } from "./support.ts";

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
  const commands = ({ next }: Init) => next.map(({ command }) => command.split(" ").slice(1, 3).join(" "));

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

  it("says it in words too", async () => {
    const { out } = await vitalproof(world, "--quiet", "--vault", "vault", "init");
    expect(out).to.match(
      /vault holds an identity already\nsubject \d+\nWhat to do next:\n {2}Add readings to the log: `/,
    );
  });
});
