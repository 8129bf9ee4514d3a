// SPDX-License-Identifier: GPL-3.0-or-later
//
// Openings from an attester that runs as a service: a real attester and server, on the loopback interface.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Attester,
  type AttesterInfo,
  createIdentity,
  DAY,
  memoryStore,
  type SignedHead,
  SimulatedDevice,
  storeRecords,
} from "@vitalproof/sdk";
import { documentText, ENROLMENT_REQUEST, LOG_OPENING, parseDocument, type Role } from "@vitalproof/sdk/wire";
import {
  type AttesterBackend,
  accessList,
  accessRecord,
  attesterRoutes,
  logger,
  newToken,
  type Server,
  startServer,
} from "@vitalproof/services";
import { expect } from "chai";
import { Wallet } from "ethers";
import { EXIT } from "../src/exit.ts";
import { type Ran, vitalproof } from "./support.ts";

const FIRST = 20_000;
const domain = { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000a1" };

describe("openings from an attester that runs as a service", () => {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-opening-"));
  const signer = Wallet.createRandom();
  let now = FIRST * DAY + 3_600;
  const times = { intakeTime: 7_200, graceTime: 36_000, correctionTime: DAY };
  const attester = new Attester({
    records: storeRecords(memoryStore()),
    group: 1n,
    times,
    domain,
    signer,
    clock: () => now,
  });
  let server: Server;

  before(async () => {
    const never = async (): Promise<never> => {
      throw new Error("not asked for");
    };
    const backend: AttesterBackend = {
      info: async (): Promise<AttesterInfo> => ({ group: 1n, domain, attester: signer.address, times }),
      enrol: (request) => attester.enrol(request),
      continueLog: (request) => attester.continueLog(request),
      submitHead: (head: SignedHead) => attester.submitHead(head),
      attest: never,
      path: never,
      owns: never,
    };
    const access = (name: string, ...roles: Role[]) => {
      const { token, sha256 } = newToken();
      writeFileSync(join(folder, `${name}.txt`), `${token}\n`);
      return accessRecord({ name, roles, expires: Math.floor(Date.now() / 1000) + 3_600, sha256 });
    };
    server = await startServer((app) => void app.register(attesterRoutes(backend), { prefix: "/attester" }), {
      port: 0,
      access: accessList([access("desk", "enroller"), access("ward", "sealer")]),
      log: logger({ level: "silent" }),
    });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const { subject } = createIdentity();
  const requested = (name: string, offset = 0): string => {
    const { curve, publicKey } = new SimulatedDevice();
    const body = { subject, profile: "test-16", offset, device: { curve, publicKey } } as const;
    writeFileSync(join(folder, name), documentText(ENROLMENT_REQUEST, body));
    return name;
  };
  const ran = (command: string, request: string, out: string, ...more: string[]): Promise<Ran> =>
    vitalproof({ cwd: folder, now }, "attester", command, request, "--out", out, "--json", ...more);
  const asDesk = () => ["--url", `${server.url}/`, "--token-file", "desk.txt"];
  const openingIn = (file: string) =>
    parseDocument(LOG_OPENING, readFileSync(join(folder, file), "utf8"), file);
  const codeOf = ({ err }: Ran): string => JSON.parse(err).error.code;

  it("opens a log with its first device, and continues it with another one, where the gaps are said", async () => {
    const opened = await ran("open-log", requested("first.json"), "opening.json", ...asDesk());
    expect(opened.code, opened.err).to.equal(EXIT.ok);
    const body = openingIn("opening.json");
    expect([body.domain, body.attester]).to.deep.equal([domain, signer.address]);
    expect([body.opening.subject, body.opening.firstEpoch]).to.deep.equal([subject, FIRST]);

    now += 3 * DAY;
    const lost = requested("lost.json");
    const continued = await ran("continue-log", lost, "continued.json", ...asDesk());
    expect(continued.code, continued.err).to.equal(EXIT.ok);
    const { opening } = openingIn("continued.json");
    expect(opening.firstEpoch).to.equal(FIRST + 3);
    expect(opening.genesis).to.not.equal(body.opening.genesis);
    expect(opening).to.deep.equal(await attester.continueLog(await requestIn(lost)));
  });

  it("asks nothing where the answer could not be used, and takes no other role", async () => {
    const request = requested("other.json");
    const one = await ran("continue-log", request, "one.json", "--url", server.url);
    expect([codeOf(one), one.code]).to.deep.equal(["USAGE", EXIT.usage]);
    const ward = ["--url", server.url, "--token-file", "ward.txt"];
    expect(codeOf(await ran("continue-log", request, "one.json", ...ward))).to.equal("NOT_ALLOWED");
    const nobody = ["--url", "http://127.0.0.1:9", "--token-file", "desk.txt"];
    expect(codeOf(await ran("open-log", request, "one.json", ...nobody))).to.equal("SERVICE_UNREACHABLE");
    const twice = await ran("open-log", requested("first.json", 4), "one.json", ...asDesk());
    expect(codeOf(twice)).to.equal("INTAKE_LOG_EXISTS");
    expect(() => readFileSync(join(folder, "one.json"))).to.throw("ENOENT");
  });

  async function requestIn(file: string) {
    const { profile, device } = parseDocument(
      ENROLMENT_REQUEST,
      readFileSync(join(folder, file), "utf8"),
      file,
    );
    return { subject, profile, device };
  }
});
