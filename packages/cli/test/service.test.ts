// SPDX-License-Identifier: GPL-3.0-or-later
//
// What operators do with a service, on a store of its own and without a chain.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, openDatabase } from "@vitalproof/services";
import { expect } from "chai";
import { Wallet } from "ethers";
import { serviceConfig } from "../../../test/support/serviceConfig.ts";
import { EXIT } from "../src/exit.ts";
import { type Ran, vitalproof } from "./support.ts";

describe("services, operated", () => {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-service-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const ran = (argv: readonly string[]): Promise<Ran> => vitalproof({ cwd: folder }, ...argv);

  const configured = (change: object = {}, name = "attester.json"): string => {
    const key = join(folder, "key");
    if (!existsSync(key)) writeFileSync(key, `${Wallet.createRandom().privateKey}\n`, { mode: 0o600 });
    const path = join(folder, name);
    const config = serviceConfig({ attester: { group: "1", key: { kind: "file", path: "key" } }, ...change });
    writeFileSync(path, JSON.stringify(config));
    return path;
  };

  it("migrates, backs up and restores a store", async () => {
    const config = configured();
    const made = await ran(["attester", "migrate", "--config", config, "--json"]);
    expect(made.code, made.err).to.equal(0);
    expect(JSON.parse(made.out).made[0]).to.equal("0001-attester");
    const backup = join(folder, "one.backup");
    const backed = await ran(["attester", "backup", backup, "--config", config, "--json"]);
    expect(backed.code, backed.err).to.equal(0);
    expect(JSON.parse(backed.out)).to.deep.include({ file: backup, rows: 1 });
    const again = await ran(["attester", "backup", backup, "--config", config, "--json"]);
    expect(JSON.parse(again.err).error.code).to.equal("ALREADY_THERE");
    const other = configured({ store: "sqlite:other.db" }, "other.json");
    const restored = await ran(["attester", "restore", backup, "--config", other, "--json"]);
    expect(restored.code, restored.err).to.equal(0);
    expect(JSON.parse(restored.out).rows).to.equal(1);
    const full = await ran(["attester", "restore", backup, "--config", other, "--json"]);
    expect(JSON.parse(full.err).error.code).to.equal("ALREADY_THERE");
  });

  it("migrates the store of the previous version, and refuses that of a later one", async () => {
    const config = configured({ store: "sqlite:upgrade.db" }, "upgrade.json");
    const migrated = () => ran(["attester", "migrate", "--config", config, "--json"]);
    const fresh = configured({ store: "sqlite:fresh.db" }, "fresh.json");
    const { made } = JSON.parse((await ran(["attester", "migrate", "--config", fresh, "--json"])).out);
    const database = await openDatabase(`sqlite:${join(folder, "upgrade.db")}`);
    await migrate(database, made.at(-2));
    const backup = ["attester", "backup", join(folder, "early.backup"), "--config", config, "--json"];
    expect(JSON.parse((await ran(backup)).err).error.code).to.equal("STORE_FAILED");
    expect(JSON.parse((await migrated()).out)).to.deep.equal({ made: made.slice(-1) });
    expect(JSON.parse((await migrated()).out)).to.deep.equal({ made: [] });
    const later = { name: "9999-later", timestamp: "2030-01-01" };
    await database.step((queries) =>
      queries
        .insertInto("kysely_migration" as never)
        .values(later as never)
        .execute(),
    );
    await database.close();
    const refused = await migrated();
    expect(refused.code).to.equal(3);
    const { error } = JSON.parse(refused.err);
    expect([error.code, error.details.migration]).to.deep.equal(["STORE_FAILED", later.name]);
    expect(error.hint).to.be.a("string");
  });

  it("refuses the configuration, the backup and the evidence of another service, and what is no backup", async () => {
    const config = configured({ store: "sqlite:mix.db" }, "mix.json");
    const codeOf = ({ err }: Ran) => JSON.parse(err).error.code as string;
    const wrong = ["relayer", "doctor", "--config", config, "--json"];
    expect(codeOf(await ran(wrong))).to.equal("DOCUMENT_INVALID");
    expect((await ran(["attester", "migrate", "--config", config])).code).to.equal(0);
    const other = await openDatabase(`sqlite:${join(folder, "other-service.db")}`);
    await migrate(other);
    const of = { service: "gateway", bound_to: "{}" };
    await other.step((queries) => queries.insertInto("service").values(of).execute());
    await other.close();
    const restore = (file: string) =>
      ran(["attester", "restore", join(folder, file), "--config", config, "--json"]);
    expect(codeOf(await restore("other-service.db"))).to.equal("NOT_ALLOWED");
    writeFileSync(join(folder, "text.backup"), "not a database at all".repeat(100));
    expect(codeOf(await restore("text.backup"))).to.equal("DOCUMENT_INVALID");
    const evidence = {
      format: "vitalproof/erasure/1",
      ...{
        person: "p1",
        createdAt: 1,
        erasedAt: 2,
        by: "x",
        destroyed: { person_key: 1 },
        backups: [],
        onChain: [],
      },
    };
    const text = JSON.stringify(evidence);
    const hash = createHash("sha256").update(text).digest("hex");
    const list = { format: "vitalproof/erasures/1", erasures: [{ hash, text }] };
    writeFileSync(join(folder, "gateway-erased.json"), JSON.stringify(list));
    const again = [
      "attester",
      "erase-again",
      join(folder, "gateway-erased.json"),
      "--config",
      config,
      "--json",
    ];
    expect(codeOf(await ran(again))).to.equal("DOCUMENT_INVALID");
  });

  it("erases a person of an attester only with --yes, keeps evidence, and erases again after a restore", async () => {
    const config = configured({ store: "sqlite:erase.db" }, "erase.json");
    const subject = "1f".repeat(32);
    const database = await openDatabase(`sqlite:${join(folder, "erase.db")}`);
    await migrate(database);
    const person = { subject, registered_at: 1_800_000_000, erased_at: null };
    await database.step((queries) => queries.insertInto("attester_person").values(person).execute());
    await database.close();
    const backup = join(folder, "erase.backup");
    expect((await ran(["attester", "backup", backup, "--config", config])).code).to.equal(0);
    const erase = (...more: string[]) =>
      ran(["attester", "erase", `0x${subject}`, "--config", config, "--json", ...more]);
    const shown = await erase();
    expect(shown.code).to.equal(EXIT.refused);
    const preview = JSON.parse(shown.out);
    expect(preview).to.deep.include({ person: `0x${subject}`, erased: false });
    expect(preview.destroys).to.deep.equal({ attester_head: 0, attester_log: 0, attester_device: 0 });
    const evidence = join(folder, "erased.json");
    const done = JSON.parse((await erase("--yes", "--by", "Ward 3", "--out", evidence)).out);
    expect(done).to.deep.include({ erased: true, before: false, cleaned: true, file: evidence });
    expect(done.evidence.backups).to.have.length(1);
    expect(done.evidence.onChain[0]).to.include("group 1");
    expect(JSON.parse((await erase("--yes")).out)).to.deep.include({ before: true, hash: done.hash });
    const codeOf = ({ err }: Ran) => JSON.parse(err).error.code as string;
    expect(codeOf(await erase())).to.equal("PERSON_ERASED");
    const other = configured({ store: "sqlite:erase-restored.db" }, "erase-restored.json");
    expect((await ran(["attester", "restore", backup, "--config", other])).code).to.equal(0);
    const again = (...more: string[]) =>
      ran(["attester", "erase-again", evidence, "--config", other, "--json", ...more]);
    const back = await again();
    expect([back.code, JSON.parse(back.out).returned]).to.deep.equal([EXIT.refused, [`0x${subject}`]]);
    expect(JSON.parse((await again("--yes")).out).erased).to.deep.equal([`0x${subject}`]);
    const nobody = ["attester", "erase", "5", "--config", config, "--yes", "--json"];
    expect(codeOf(await ran(nobody))).to.equal("INTAKE_SUBJECT_UNKNOWN");
    // The store of another group, and an older one, are refused before anything is looked at.
    const bound = await openDatabase(`sqlite:${join(folder, "erase.db")}`);
    const of = { service: "attester", bound_to: JSON.stringify({ group: "9" }) };
    await bound.step((queries) => queries.insertInto("service").values(of).execute());
    await bound.close();
    expect(codeOf(await erase())).to.equal("NOT_ALLOWED");
    const empty = configured({ store: "sqlite:erase-empty.db" }, "erase-empty.json");
    const early = ["attester", "erase", `0x${subject}`, "--config", empty, "--json"];
    expect(codeOf(await ran(early))).to.equal("STORE_FAILED");
    const notOne = await ran(["attester", "erase", "anna", "--config", config, "--json"]);
    expect(codeOf(notOne)).to.equal("USAGE");
  });

  it("tells everything that is wrong in a configuration at once, and no value", async () => {
    const secret = "0xsecret";
    const config = configured(
      { store: secret, http: { port: 70_000 }, chain: { id: "x" }, more: 1, access: [{ name: "A" }] },
      "wrong.json",
    );
    const { code, err } = await ran(["attester", "run", "--config", config, "--json"]);
    expect(code).not.to.equal(0);
    const { error } = JSON.parse(err);
    expect(error.code).to.equal("DOCUMENT_INVALID");
    for (const part of [
      "store",
      "http.port",
      "chain.id",
      "chain.rpc",
      "chain.contracts",
      "more",
      "access[0]",
    ]) {
      expect(error.message).to.include(part);
    }
    expect(err).not.to.include(secret);
    const none = await ran(["relayer", "run", "--config", join(folder, "none.json"), "--json"]);
    expect(JSON.parse(none.err).error.code).to.equal("NOT_THERE");
    const missing = await ran(["relayer", "run", "--config", configured(), "--json"]);
    expect(JSON.parse(missing.err).error.code).to.equal("DOCUMENT_INVALID");
  });

  it("has every command of a service for a custodian", async () => {
    const key = { kind: "file", path: "key" };
    const circuits = { accesses: "access-batch-64", consents: "consent-batch" };
    const page = { ledger: `0x${"11".repeat(20)}`, page: "1", closeEvery: 60, circuits };
    const part = { attester: undefined, custodian: { ...page, key, masterKey: { ...key, path: "master" } } };
    const config = configured({ ...part, store: "sqlite:custodian.db" }, "custodian.json");
    const migrated = await ran(["custodian", "migrate", "--config", config, "--json"]);
    expect(migrated.code, migrated.err).to.equal(0);
    const { code, out } = await ran(["custodian", "doctor", "--config", config, "--json"]);
    expect(code).to.equal(1);
    const findings = JSON.parse(out) as { check: string; ok: boolean }[];
    const wrong = findings.filter(({ ok }) => !ok).map(({ check }) => check);
    expect(wrong).to.include.members(["master key", "page 1", "custodian's account"]);
    const attesters = await ran(["attester", "migrate", "--config", config, "--json"]);
    expect(JSON.parse(attesters.err).error.details.has).to.deep.equal(["custodian"]);
    const backup = join(folder, "custodian.backup");
    expect((await ran(["custodian", "backup", backup, "--config", config])).code).to.equal(0);
    const alone = await ran(["custodian", "prove", "--config", config, "--json"]);
    expect(JSON.parse(alone.err).error.hint).to.include("custodian.provers");
    const master = ["custodian", "master", "--config", config, "--out", join(folder, "page-master.txt")];
    const warned = await ran(master);
    expect([warned.code, warned.out]).to.deep.equal([
      EXIT.refused,
      "Nothing was written. Pass --yes to do it.\n",
    ]);
    expect(warned.err).to.contain("reads every record of this page");
    const tooLong = { ...part.custodian, closeEvery: 100_000 };
    const bad = configured({ ...part, custodian: tooLong }, "bad.json");
    const refused = await ran(["custodian", "run", "--config", bad, "--json"]);
    expect(JSON.parse(refused.err).error.message).to.include("custodian.closeEvery");
  });

  it("looks at everything that a service needs, whatever is wrong", async function () {
    this.timeout(60_000);
    const config = configured({ store: "sqlite:never.db" }, "never.json");
    const { code, out } = await ran(["attester", "doctor", "--config", config, "--json"]);
    expect(existsSync(join(folder, "never.db")), "it changes nothing").to.equal(false);
    expect(code).to.equal(1);
    const findings = JSON.parse(out) as { check: string; ok: boolean; hint?: string }[];
    const of = (check: string) => findings.find((each) => each.check === check)!;
    expect(of("store").ok).to.equal(true);
    expect(of("verification key").ok).to.equal(true);
    for (const check of ["chain", "contract anchors", "attester's key"]) {
      expect(of(check).ok, check).to.equal(false);
      expect(of(check).hint).to.be.a("string");
    }
  });

  it("makes tokens whose record fits the configuration", async () => {
    const { code, out } = await ran(["relayer", "token", "clinic-7", "relayer-client", "--json"]);
    expect(code).to.equal(0);
    const { token, record } = JSON.parse(out);
    expect(token).to.match(/^vitalproof_/);
    const config = configured({ access: [record] }, "token.json");
    expect((await ran(["attester", "migrate", "--config", config])).code).to.equal(0);
    const refused = await ran(["relayer", "token", "clinic-7", "patient", "--json"]);
    expect(JSON.parse(refused.err).error.code).to.equal("INVALID_ARGUMENT");
  });

  it("says that a service cannot be reached, and where", async () => {
    const token = join(folder, "token");
    writeFileSync(token, "vitalproof_x\n");
    const asked = (url: string, file = token) =>
      ran(["attester", "status", "--url", url, "--token-file", file, "--json"]);
    const codeOf = async (asking: Promise<Ran>) => JSON.parse((await asking).err).error.code;
    expect(await codeOf(asked("http://127.0.0.1:9"))).to.equal("SERVICE_UNREACHABLE");
    expect(await codeOf(asked("http://127.0.0.1:9", join(folder, "none")))).to.equal("FILE_UNREADABLE");
    // The token does not leave this machine without encryption.
    expect(await codeOf(asked("http://attester.example:8600"))).to.equal("NOT_ALLOWED");
  });

  it("takes nothing for a status but the service's own, and says which address it needs", async () => {
    const token = join(folder, "token");
    writeFileSync(token, "vitalproof_x\n");
    const figures = { waiting: 0, missed: 0, unsettled: [], closesAt: 1 };
    const own = { service: "custodian", at: 1, problems: [{ what: "It waits.", todo: "Look." }] };
    const answers: Readonly<Record<string, unknown>> = {
      "/status": own,
      "/custodian/status": figures,
      "/other/status": { ...own, service: "attester" },
      "/half/status": { ...own, problems: [{ what: 1 }] },
      "/text/status": "It is well.",
    };
    const server = createServer(({ url = "" }, response) => {
      const answer = answers[url];
      if (answer === undefined) response.writeHead(url.includes("busy") ? 503 : 404);
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? {}));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const asked = (path: string) =>
        ran(["custodian", "status", "--url", `${origin}${path}`, "--token-file", token, "--json"]);
      const good = await asked("/");
      expect(good.code, good.err).to.equal(EXIT.no);
      expect(JSON.parse(good.out).problems).to.deep.equal(own.problems);
      const errorOf = async (path: string) => JSON.parse((await asked(path)).err).error;
      for (const path of ["/custodian", "/other", "/half", "/text"]) {
        const { code, hint } = await errorOf(path);
        expect(code, path).to.equal("DOCUMENT_INVALID");
        expect(hint, path).to.include(`such as ${origin}.`);
      }
      const gone = await errorOf("/elsewhere/");
      expect([gone.code, gone.details.status]).to.deep.equal(["NOT_ALLOWED", 404]);
      expect(gone.hint).to.include(`without a path, such as ${origin}.`);
      expect((await errorOf("/busy")).hint).not.to.include("token");
    } finally {
      server.close();
    }
  });
});
