// SPDX-License-Identifier: GPL-3.0-or-later
//
// packages/services/deploy: files that name each other, the command, ports, secrets and members of the configuration. What is not
// installed here, above all Docker, is not run: what can be compared is compared, and the rest is run with Debian's programs.
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { connectAsync } from "mqtt";
import pg from "pg";
import { parse as parseYaml } from "yaml";
import { freePort } from "../../../test/support/ports.ts";
import { parseConfig, startServer } from "../src/index.ts";
import { answers, needsMosquitto } from "./support/mosquitto.ts";
import { HAS_POSTGRES, startPostgres } from "./support/postgres.ts";

const DEPLOY = join(import.meta.dirname, "../deploy");
const ROOT = join(import.meta.dirname, "../../..");
const COMMAND = join(ROOT, "packages/cli/bin/vitalproof.cjs");
const CONFIGS = ["attester", "relayer", "gateway", "custodian"] as const;
type Mount = { readonly source: string; readonly target: string };
type Service = {
  readonly image: string;
  readonly command?: readonly string[];
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly configs?: readonly Mount[];
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
/** What these tests look at; `parseConfig` looks at the rest. */
type Config = {
  readonly store: string;
  readonly http: { readonly port: number; readonly host?: string };
  readonly gateway?: {
    readonly mqtt: readonly { readonly url: string; readonly user: string }[];
    readonly attesters: readonly { readonly url: string }[];
    readonly relayer: { readonly url: string };
    readonly payloads: { readonly rules: readonly { readonly filter: string }[] };
  };
};

const read = (file: string): string => readFileSync(join(DEPLOY, file), "utf8");
const compose = parseYaml(read("compose.yaml"), { merge: true }) as Compose;
const configOf = (name: string): Config => JSON.parse(read(`${name}.json`)) as Config;
const ours = Object.entries(compose.services).filter(([, { command }]) => command !== undefined);
const units = readdirSync(join(DEPLOY, "systemd"));
const execOf = (unit: string): string[] => /^ExecStart=(.+)$/m.exec(read(`systemd/${unit}`))![1]!.split(" ");

describe("deployment files", () => {
  let broker: ChildProcess | undefined;
  // Also where a test was given up.
  after(() => broker?.kill("SIGKILL"));

  it("the compose file has every service, and each is started again", () => {
    expect(Object.keys(compose.services)).to.have.members([
      ...["postgres", "mosquitto", "attester", "relayer", "gateway", "prover-1", "prover-2"],
      ...["custodian", "custodian-prover-1", "custodian-prover-2"],
    ]);
    for (const [name, { restart }] of Object.entries(compose.services))
      expect(restart, name).to.equal("unless-stopped");
  });

  it("every command is one of the program, with the options that it is given", async function () {
    this.timeout(60_000);
    const lines = [...ours.map(([, { command }]) => command!), ...units.map((unit) => execOf(unit).slice(1))];
    expect(lines).to.have.length(8 + 6);
    for (const line of new Set(lines.map((words) => words.join(" ")))) {
      const words = line.split(" ");
      const at = words.findIndex((word) => word.startsWith("--"));
      const name = words.slice(0, at).join(" ");
      const help = await promisify(execFile)(process.execPath, [
        COMMAND,
        ...words.slice(0, at),
        "--help",
      ]).then(
        ({ stdout }) => stdout,
        () => "",
      );
      expect(help, name).to.include(`Usage: vitalproof ${name} `);
      for (const option of words.filter((word) => word.startsWith("--")))
        expect(help, line).to.match(new RegExp(`^ +${option} <`, "m"));
      expect(
        words.slice(at).filter((_, i) => i % 2 === 1),
        line,
      ).to.satisfy((values: string[]) => values.every((value) => value.startsWith("/etc/vitalproof/")));
    }
  });

  it("every configuration is understood, and is the one that its service reads", () => {
    for (const name of CONFIGS) {
      const { gateway, ...others } = configOf(name);
      try {
        parseConfig(configOf(name), name);
      } catch (error) {
        // A program that has no gateway yet understands the rest.
        expect((error as VitalproofError).message).to.include(
          "\n  gateway is not a member that belongs here.",
        );
        expect((error as VitalproofError).details.faults).to.equal(1);
        expect(gateway).to.not.equal(undefined);
        parseConfig(others, name);
        console.log("      not checked: the configuration's part gateway");
      }
    }
    for (const [name, { command, configs }] of ours) {
      expect(
        configs!.map(({ target }) => target),
        name,
      ).to.deep.equal([command!.at(-1)]);
      const [{ source }] = configs as [Mount];
      expect(compose.configs[source]?.file, name).to.equal(`./${source}.json`);
      expect(source, name).to.equal(command![0]);
      expect(Object.keys(configOf(source)), name).to.include(source);
    }
    for (const unit of units) {
      const [, service, , , config] = execOf(unit);
      expect(config, unit).to.equal(`/etc/vitalproof/${service}.json`);
    }
  });

  it("everything listens on the loopback interface alone, on a port of its own", () => {
    const ports = CONFIGS.map((name) => configOf(name).http.port);
    expect(new Set(ports).size).to.equal(ports.length);
    for (const name of CONFIGS) expect(configOf(name).http.host ?? "127.0.0.1").to.equal("127.0.0.1");
    for (const [name, { network_mode, ports: published = [] }] of Object.entries(compose.services)) {
      expect(network_mode === "host", name).to.equal(ours.some(([own]) => own === name));
      expect(network_mode === "host" && published.length > 0, name).to.equal(false);
      for (const port of published) expect(port, name).to.match(/^127\.0\.0\.1:(\d+):\1$/);
    }
  });

  it("services find stores, broker and each other where these are", () => {
    const databases = [...read("postgres/databases.sql").matchAll(/^create database (\w+);$/gm)].map(
      ([, name]) => name,
    );
    const portOf = (name: string) => compose.services[name]!.ports![0]!.split(":").slice(0, 2).join(":");
    for (const name of CONFIGS) {
      const { host, pathname, username, password } = new URL(configOf(name).store);
      expect([host, pathname], name).to.deep.equal([portOf("postgres"), `/${name}`]);
      expect(databases, name).to.include(name);
      expect(username).to.equal(compose.services.postgres!.environment!.POSTGRES_USER);
      expect(password).to.equal("");
    }
    const { mqtt, attesters, relayer, payloads } = configOf("gateway").gateway!;
    expect(new URL(mqtt[0]!.url).host).to.equal(portOf("mosquitto"));
    expect(new URL(attesters[0]!.url).port).to.equal(String(configOf("attester").http.port));
    expect(new URL(relayer.url).port).to.equal(String(configOf("relayer").http.port));
    // The broker lets the gateway read what its rules are about.
    const filter = new RegExp(`^user ${mqtt[0]!.user}\ntopic read devices/#$`, "m");
    expect(read("mosquitto/access")).to.match(filter);
    for (const rule of payloads.rules) expect(rule.filter).to.match(/^devices\//);
    expect(read("mosquitto/mosquitto.conf")).to.match(
      new RegExp(`^listener ${portOf("mosquitto").split(":")[1]}$`, "m"),
    );
  });

  it("secrets are files: each that is named is mounted, and none is mounted without need", () => {
    const dangling = Object.values(compose.services).flatMap(({ secrets = [] }) =>
      secrets.filter((name) => compose.secrets[name]?.file !== `./secrets/${name}`),
    );
    expect(dangling).to.deep.equal([]);
    for (const [name, { secrets = [], configs = [], environment = {}, volumes = [] }] of Object.entries(
      compose.services,
    )) {
      const mounted = volumes
        .map((volume) => volume.split(":")[0]!)
        .filter((source) => source.startsWith("./") && source !== "./circuits");
      for (const source of mounted) expect(existsSync(join(DEPLOY, source)), source).to.equal(true);
      const texts = [
        JSON.stringify(environment),
        ...configs.map(({ source }) => read(compose.configs[source]!.file)),
        ...mounted.map((source) => read(source)),
      ];
      const named = texts.flatMap((text) =>
        [...text.matchAll(/\/run\/secrets\/([\w-]+)/g)].map(([, each]) => each),
      );
      // Its configuration is the service's; but it sends nothing, and who has the account's key can hand the page over.
      const unused = name.startsWith("custodian-prover") ? ["custodian-key"] : [];
      const wanted = [...new Set(named)].filter((each) => !unused.includes(each!));
      expect(wanted.sort(), name).to.deep.equal([...secrets].sort());
    }
    for (const line of ["/secrets/", "/tarballs/"]) expect(read(".gitignore").split("\n")).to.include(line);
    // Of the folder the builder gets the packages alone.
    expect(
      read(".dockerignore")
        .split("\n")
        .filter((line) => /^[^#]/.test(line)),
    ).to.deep.equal(["*", "!tarballs"]);
  });

  it("whatever is depended on is asked for its health, and what listens answers at /health", async function () {
    this.timeout(30_000);
    for (const [name, { depends_on = {} }] of Object.entries(compose.services)) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(condition, name).to.equal("service_healthy");
        expect(compose.services[other]?.healthcheck, other).to.not.equal(undefined);
      }
    }
    const server = await startServer(() => undefined, { port: 0, access: "open" });
    const gone = await freePort();
    try {
      for (const name of CONFIGS) {
        const [how, program, ...args] = compose.services[name]!.healthcheck!.test;
        expect([how, program]).to.deep.equal(["CMD", "node"]);
        const asked = `http://127.0.0.1:${configOf(name).http.port}/health`;
        expect(args.at(-1), name).to.include(asked);
        const codeAt = async (url: string) => {
          const child = spawn(
            process.execPath,
            args.map((each) => each.replace(asked, `${url}/health`)),
          );
          const [code] = await once(child, "exit");
          return code;
        };
        expect(await codeAt(server.url), name).to.equal(0);
        expect(await codeAt(`http://127.0.0.1:${gone}`), name).to.equal(1);
      }
    } finally {
      await server.close();
    }
  });

  it("the image has the Node that the repository pins, and what the packages are called", () => {
    const dockerfile = read("Dockerfile");
    const major = readFileSync(join(ROOT, ".nvmrc"), "utf8").trim();
    expect(dockerfile).to.match(new RegExp(`^FROM node:${major}-`, "m"));
    expect(dockerfile).to.match(/^COPY tarballs\/ \/tmp\/tarballs\/$/m);
    const { bin } = JSON.parse(readFileSync(join(ROOT, "packages/cli/package.json"), "utf8")) as {
      bin: Record<string, string>;
    };
    expect(dockerfile).to.include(`ENTRYPOINT ["${Object.keys(bin)[0]}"]`);
  });

  it("PostgreSQL makes the databases", async function () {
    this.timeout(60_000);
    if (!HAS_POSTGRES) {
      console.log("      PostgreSQL is not installed (Debian's package postgresql): skipped.");
      this.skip();
    }
    const postgres = await startPostgres();
    try {
      const client = new pg.Client(await postgres.fresh());
      await client.connect();
      // As psql does it: one statement after the other.
      for (const statement of read("postgres/databases.sql")
        .replaceAll(/^--.*$/gm, "")
        .split(";"))
        await client.query(statement);
      const { rows } = await client.query<{ datname: string }>("select datname from pg_database");
      await client.end();
      expect(rows.map(({ datname }) => datname)).to.include.members([...CONFIGS]);
    } finally {
      await postgres.stop();
    }
  });

  it("mosquitto understands its configuration: passwords count, and a device writes under its own name alone", async function () {
    needsMosquitto(this);
    this.timeout(30_000);
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-deploy-"));
    const port = await freePort();
    cpSync(join(DEPLOY, "mosquitto/access"), join(folder, "access"));
    chmodSync(join(folder, "access"), 0o600);
    writeFileSync(join(folder, "passwords"), "", { mode: 0o600 });
    for (const user of ["gateway", "cgm-4"])
      execFileSync("/usr/bin/mosquitto_passwd", ["-b", join(folder, "passwords"), user, `${user}-pw`]);
    const conf = read("mosquitto/mosquitto.conf")
      .replace("listener 1883", `user root\nlistener ${port} 127.0.0.1`)
      .replace("/run/secrets/mosquitto-passwords", join(folder, "passwords"))
      .replace("/mosquitto/config/access", join(folder, "access"))
      .replace("/mosquitto/data/", `${folder}/`);
    expect(conf).to.not.match(/\/mosquitto\/|\/run\//);
    writeFileSync(join(folder, "mosquitto.conf"), conf);
    broker = spawn("/usr/sbin/mosquitto", ["-c", join(folder, "mosquitto.conf")], { stdio: "ignore" });
    const ended = once(broker, "exit");
    const connected = (username: string, password: string) =>
      connectAsync(`mqtt://127.0.0.1:${port}`, { username, password, protocolVersion: 5 }, false);
    try {
      for (let i = 0; i < 200 && !(await answers(port)); i++)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await connected("gateway", "other").catch((error) => error.code)).to.equal(135);
      const [gateway, device] = [
        await connected("gateway", "gateway-pw"),
        await connected("cgm-4", "cgm-4-pw"),
      ];
      const seen: string[] = [];
      gateway.on("message", (topic) => seen.push(topic));
      await gateway.subscribeAsync("devices/+/glucose", { qos: 1 });
      await device.publishAsync("devices/cgm-5/glucose", "{}", { qos: 1 }).catch(() => undefined);
      await device.publishAsync("devices/cgm-4/glucose", "{}", { qos: 1 });
      for (let i = 0; i < 100 && seen.length === 0; i++)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(seen).to.deep.equal(["devices/cgm-4/glucose"]);
      await gateway.endAsync();
      await device.endAsync();
    } finally {
      broker.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("systemd understands the units, and finds little that they could still reach", async function () {
    this.timeout(30_000);
    const has = await promisify(execFile)("systemd-analyze", ["--version"]).then(
      () => true,
      () => false,
    );
    if (!has) {
      console.log("      systemd-analyze is not installed: skipped.");
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-units-"));
    try {
      // `verify` looks for the program.
      const paths = units.map((unit) => {
        const path = join(folder, unit);
        writeFileSync(path, read(`systemd/${unit}`).replace("/usr/bin/vitalproof", process.execPath));
        return path;
      });
      const { stdout, stderr } = await promisify(execFile)("systemd-analyze", ["verify", ...paths]);
      expect(stdout + stderr).to.equal("");
      for (const path of paths) {
        // Exits with an error above 2.0 of 10.
        const args = ["security", "--offline=yes", "--no-pager", "--threshold=20", path];
        const judged = await promisify(execFile)("systemd-analyze", args).catch((error: Error) => error);
        expect(judged, basename(path)).to.not.be.instanceOf(Error);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
