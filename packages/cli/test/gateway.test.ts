// SPDX-License-Identifier: GPL-3.0-or-later
//
// What operators do with a gateway, on a store of its own and without a chain.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { documentText, LOG_OPENING } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { serviceConfig } from "../../../test/support/serviceConfig.ts";
import { EXIT } from "../src/exit.ts";
import { loadIdentity } from "../src/identity.ts";
import { withVault } from "../src/vault.ts";
import { codeOf, ioOf, type Ran, ROOT, vitalproof } from "./support.ts";

const ADDRESS = `0x${"11".repeat(20)}`;
const LOG = "p17.glucose-mg-dl-15min";
const NOW = 1_900_000_000;

describe("a gateway, operated", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-gateway-"));
  const env = { VITALPROOF_PASSPHRASE: "a long passphrase of a vault" };
  after(() => rmSync(folder, { recursive: true, force: true }));
  const ran = (...argv: readonly string[]): Promise<Ran> =>
    vitalproof({ cwd: folder, env, now: NOW }, ...argv, "--json");
  const secretOf = (vault: string): Promise<bigint> =>
    withVault(ioOf({ cwd: folder, env }), { vault: join(folder, vault) }, async (opened) =>
      (await loadIdentity(opened)).secret(),
    );
  const master = (name: string, digits: string): void =>
    writeFileSync(join(folder, name), `${digits.repeat(32)}\n`, { mode: 0o600 });

  function configured(change: object = {}, name = "gateway.json"): string {
    const config = serviceConfig({
      gateway: {
        masterKey: { kind: "file", path: "master" },
        mqtt: [{ url: "mqtt://127.0.0.1:9", clientId: "gateway" }],
        payloads: { rules: [] },
        attesters: [
          { name: "first", url: "http://127.0.0.1:9/attester", tokenFile: "attester.token", group: "3" },
        ],
        people: [
          {
            person: "p17",
            logs: [{ profile: "glucose-mg-dl-15min", offset: 0, devices: ["cgm"], attester: "first" }],
          },
        ],
        ...change,
      },
    });
    writeFileSync(join(folder, name), JSON.stringify(config));
    return name;
  }

  before(async () => {
    master("master", "5a");
    writeFileSync(join(folder, "attester.token"), "vitalproof_x\n", { mode: 0o600 });
    for (const vault of ["anna", "bert"]) {
      const made = await ran("identity", "new", "--vault", vault, "--scrypt-cost", "14");
      expect(made.code, made.err).to.equal(EXIT.ok);
    }
  });

  const admitted = (vault: string): Promise<Ran> =>
    ran("gateway", "admit", "p17", "--config", configured(), "--vault", vault);

  it("admits the patient of a vault, once or again, and shows no secret", async () => {
    const first = await admitted("anna");
    expect(first.code, first.err).to.equal(EXIT.ok);
    const { subject, logs } = JSON.parse(first.out);
    expect(subject).to.match(/^\d{60,78}$/);
    expect(logs).to.deep.equal(["glucose-mg-dl-15min"]);
    const again = await admitted("anna");
    expect(JSON.parse(again.out).subject).to.equal(subject);
    const other = await admitted("bert");
    expect([codeOf(other), other.code]).to.deep.equal(["NOT_ALLOWED", EXIT.refused]);
    const twice = await ran("gateway", "admit", "p18", "--config", configured(), "--vault", "anna");
    expect(codeOf(twice), "an identity has one name").to.equal("NOT_ALLOWED");
    expect(JSON.parse(twice.err).error.hint).to.include("gateway erase p17");
    const words = await vitalproof(
      { cwd: folder, env, now: NOW },
      ...["gateway", "admit", "p17", "--config", "gateway.json", "--vault", "anna"],
    );
    const secret = await secretOf("anna");
    for (const { out, err } of [first, again, other, words]) {
      for (const text of [String(secret), secret.toString(16), "5a".repeat(32), env.VITALPROOF_PASSPHRASE])
        expect(out + err).to.not.include(text);
    }
    const name = await ran("gateway", "admit", "Anna B", "--config", configured(), "--vault", "anna");
    expect(codeOf(name)).to.equal("INVALID_ARGUMENT");
  });

  it("writes the request with which an attester continues a log: always the same device", async () => {
    await admitted("anna");
    const asked = (out: string) => ran("gateway", "request", LOG, "--config", configured(), "--out", out);
    const one = await asked("one.json");
    expect(one.code, one.err).to.equal(EXIT.ok);
    const { device, offset } = JSON.parse(readFileSync(join(folder, "one.json"), "utf8"));
    expect([device.curve, offset]).to.deep.equal(["ed25519", 0]);
    expect(JSON.parse((await asked("two.json")).out).device).to.deep.equal(device);
    const none = await ran("gateway", "request", "p9.x", "--config", configured(), "--out", "three.json");
    expect(codeOf(none)).to.equal("NOT_THERE");
  });

  it("wraps keys under a new master key, and needs the old one until then", async () => {
    await admitted("anna");
    master("newer", "6b");
    const masterKey = { kind: "file", path: "newer" };
    const older = { kind: "file", path: "master" };
    const lost = await ran("gateway", "rotate-key", "--config", configured({ masterKey }));
    expect(codeOf(lost)).to.equal("MASTER_KEY_OTHER");
    const config = configured({ masterKey, olderMasterKeys: [older] });
    const turned = await ran("gateway", "rotate-key", "--config", config);
    expect(turned.code, turned.err).to.equal(EXIT.ok);
    expect(JSON.parse(turned.out)).to.deep.equal({ current: 1, old: 0, rewrapped: 1, cleaned: true });
    const without = configured({ masterKey });
    expect((await ran("gateway", "request", LOG, "--config", without, "--out", "four.json")).code).to.equal(
      0,
    );
    // Back, for the tests that follow.
    const back = configured({ masterKey: older, olderMasterKeys: [masterKey] });
    expect((await ran("gateway", "rotate-key", "--config", back)).code).to.equal(EXIT.ok);
  });

  it("looks at all that a gateway needs, and changes nothing", async () => {
    const never = configured({}, "never.json");
    const text = readFileSync(join(folder, never), "utf8").replace("store.db", "never.db");
    writeFileSync(join(folder, never), text);
    const { code, out } = await ran("gateway", "doctor", "--config", never);
    expect(existsSync(join(folder, "never.db"))).to.equal(false);
    expect(code).to.equal(EXIT.no);
    const findings = JSON.parse(out) as { check: string; ok: boolean; hint?: string }[];
    const of = (check: string) => findings.find((each) => each.check === check)!;
    for (const check of ["master key", "payload rules", "store"]) expect(of(check).ok, check).to.equal(true);
    for (const check of ["attester first", "broker mqtt://127.0.0.1:9", "people"]) {
      expect(of(check).ok, check).to.equal(false);
      expect(of(check).hint, check).to.be.a("string");
    }
    await admitted("anna");
    const again = JSON.parse(
      (await ran("gateway", "doctor", "--config", configured())).out,
    ) as typeof findings;
    expect(again.find(({ check }) => check === "people")!.ok).to.equal(true);
  });

  it("says where a gateway cannot be reached, and what a process may be called", async () => {
    const url = ["--url", "http://127.0.0.1:9", "--token-file", "attester.token"];
    expect(codeOf(await ran("gateway", "confirm-clock", ...url))).to.equal("SERVICE_UNREACHABLE");
    const opening = {
      group: 3n,
      subject: 5n,
      profile: "glucose-mg-dl-15min",
      offset: 0,
      firstEpoch: 9,
      genesis: 7n,
    } as const;
    const body = { opening, domain: { chainId: 1n, anchors: ADDRESS }, attester: ADDRESS };
    writeFileSync(join(folder, "opening.json"), documentText(LOG_OPENING, body));
    expect(codeOf(await ran("gateway", "open-log", LOG, "opening.json", ...url))).to.equal(
      "SERVICE_UNREACHABLE",
    );
    const named = await ran("gateway", "run", "--config", configured(), "--instance", "a b");
    expect(codeOf(named)).to.equal("INVALID_ARGUMENT");
    writeFileSync(
      join(folder, "none.json"),
      JSON.stringify({ ...JSON.parse(readFileSync(join(folder, configured()), "utf8")), gateway: undefined }),
    );
    expect(codeOf(await ran("gateway", "run", "--config", "none.json"))).to.equal("DOCUMENT_INVALID");
  });

  it("runs as a process until SIGTERM; its operator asks how it is doing, and confirms its clock", async () => {
    const made = await ran("gateway", "token", "ward", "operator");
    const { token, record } = JSON.parse(made.out);
    writeFileSync(join(folder, "token.txt"), `${token}\n`, { mode: 0o600 });
    const broker = { port: 0, devices: [] };
    configured({ mqtt: undefined, attesters: [], people: [], broker });
    const config = JSON.parse(readFileSync(join(folder, "gateway.json"), "utf8"));
    const file = join(folder, "run.json");
    // Tokens end by the clock of this machine.
    const expires = Math.floor(Date.now() / 1000) + 3_600;
    writeFileSync(
      file,
      JSON.stringify({ ...config, store: "sqlite:run.db", access: [{ ...record, expires }] }),
    );
    const bin = join(ROOT, "packages/cli/bin/vitalproof.cjs");
    const child = spawn(process.execPath, [bin, "gateway", "run", "--config", file, "--instance", "a"]);
    try {
      const port = await portOf(child);
      const asked = (name: string) =>
        ran("gateway", name, "--url", `http://127.0.0.1:${port}`, "--token-file", "token.txt");
      const status = await asked("status");
      expect(status.code, "the node cannot be reached, so the clock is not confirmed").to.equal(EXIT.no);
      const { service, clock, sources, problems } = JSON.parse(status.out);
      expect([service, clock.doubt, sources[0].source]).to.deep.equal(["gateway", "unconfirmed", "broker"]);
      expect(problems[0].what).to.include("unconfirmed");
      const words = await vitalproof(
        { cwd: folder },
        ...["gateway", "status", "--url", `http://127.0.0.1:${port}`, "--token-file", "token.txt"],
      );
      expect(words.out).to.include("broker").and.not.include("[object");
      expect(words.out, "times, and not Unix seconds").to.match(/at +20\d\d-/);
      expect(words.out).to.not.match(/\b1[6-9]\d{8}\b/);
      expect((await asked("confirm-clock")).code).to.equal(EXIT.ok);
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      expect((await ended)[0]).to.equal(EXIT.ok);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("ends when what started it is killed, where an older Node hands over to the pinned one", async function () {
    const system = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => existsSync(path));
    if (system === undefined || system === process.execPath) return this.skip();
    const bin = join(ROOT, "packages/cli/bin/vitalproof.cjs");
    const launcher = spawn(system, [bin, "gateway", "run", "--config", join(folder, "run.json")]);
    const url = `http://127.0.0.1:${await portOf(launcher)}/health`;
    expect((await fetch(url)).status).to.equal(200);
    launcher.kill("SIGKILL");
    const answers = () =>
      fetch(url).then(
        () => true,
        () => false,
      );
    const until = Date.now() + 10_000;
    while (Date.now() < until && (await answers())) await setTimeout(50);
    expect(await answers(), "it ended").to.equal(false);
  });

  it("erases only with --yes, gives evidence, names backups, and no proof can be made afterwards", async () => {
    await admitted("anna");
    const keep = ["--keep-until", "2031-01-01T00:00Z"];
    const backed = await ran("gateway", "backup", "one.backup", "--config", configured(), ...keep);
    expect(backed.code, backed.err).to.equal(EXIT.ok);
    const erase = (...more: string[]) => ran("gateway", "erase", "p17", "--config", configured(), ...more);
    const shown = await erase();
    expect(shown.code).to.equal(EXIT.refused);
    const preview = JSON.parse(shown.out);
    expect(preview).to.deep.include({ person: "p17", erased: false });
    expect(preview.destroys).to.include({ person_key: 1, document: 2 });
    expect(preview.backups).to.have.length(1);
    expect(preview.onChain[0]).to.include("group 3");
    expect((await admitted("anna")).code, "nothing was erased").to.equal(EXIT.ok);

    const done = await erase("--yes", "--by", "Ward 3", "--out", "erased.json");
    expect(done.code, done.err).to.equal(EXIT.ok);
    const { erased, before, evidence, hash } = JSON.parse(done.out);
    expect([erased, before, evidence.by]).to.deep.equal([true, false, "Ward 3"]);
    expect(evidence.destroyed).to.include({ person_key: 1, document: 2 });
    expect(evidence.backups[0].keptUntil).to.equal(Date.UTC(2031, 0, 1) / 1000);
    const { readErasures } = await import("@vitalproof/services");
    expect(readErasures(readFileSync(join(folder, "erased.json"), "utf8"))[0]?.hash).to.equal(hash);

    expect(JSON.parse((await erase("--yes")).out)).to.deep.include({ before: true, hash });
    for (const refused of [
      await erase(),
      await admitted("anna"),
      await ran("gateway", "request", LOG, "--config", configured(), "--out", "five.json"),
    ])
      expect(codeOf(refused)).to.equal("PERSON_ERASED");
    // A backup from before brings the person back, until the evidence is applied again.
    const restored = configured({}, "restored.json");
    writeFileSync(
      join(folder, restored),
      readFileSync(join(folder, restored), "utf8").replace("store.db", "restored.db"),
    );
    expect((await ran("gateway", "restore", "one.backup", "--config", restored)).code).to.equal(EXIT.ok);
    const again = (...more: string[]) =>
      ran("gateway", "erase-again", "erased.json", "--config", restored, ...more);
    const back = await again();
    expect([back.code, JSON.parse(back.out).returned]).to.deep.equal([EXIT.refused, ["p17"]]);
    expect(JSON.parse((await again("--yes")).out).erased).to.deep.equal(["p17"]);
    expect(JSON.parse((await again("--yes")).out).erased).to.deep.equal([]);
    const readmitted = await ran("gateway", "admit", "p17", "--config", restored, "--vault", "anna");
    expect(codeOf(readmitted)).to.equal("PERSON_ERASED");
    const stranger = await ran("gateway", "erase", "p1", "--config", configured(), "--yes");
    expect(codeOf(stranger)).to.equal("PERSON_KEY_MISSING");
  });
});

/** The port that a service's log says. */
async function portOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  for await (const line of createInterface(child.stdout)) {
    const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
    if (msg === "listening") {
      child.stdout.resume();
      return port!;
    }
  }
  throw new Error("it ended before it listened");
}
