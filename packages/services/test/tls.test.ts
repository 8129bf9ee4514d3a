// SPDX-License-Identifier: GPL-3.0-or-later
//
// Certificates between services: an authority made by openssl, a server that asks for certificates, real handshakes.
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { httpAttester, type VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import {
  accessList,
  accessRecord,
  certificateFetch,
  certificateName,
  logger,
  newToken,
  type Server,
  startServer,
} from "../src/index.ts";
import { ANNA, BERT, bothRoutes, headOf, LATER } from "./serverSupport.ts";

const log = logger({ level: "silent" });
type Pair = { key: Buffer; cert: Buffer };

describe("certificates", () => {
  let folder: string;
  let server: Server;
  let authority: Pair;
  let otherAuthority: Pair;
  const patient = newToken();

  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  };
  const read = (name: string): Pair => ({
    key: readFileSync(join(folder, `${name}.key`)),
    cert: readFileSync(join(folder, `${name}.pem`)),
  });
  const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  function authorityOf(name: string): Pair {
    openssl("req", "-x509", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`);
    return read(name);
  }
  function signed(name: string, subject: string, by: string, days = "1"): Pair {
    openssl("req", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
    writeFileSync(join(folder, "extensions"), "subjectAltName=IP:127.0.0.1\n");
    const sign = ["x509", "-req", "-in", `${name}.csr`, "-CA", `${by}.pem`, "-CAkey", `${by}.key`];
    openssl(...sign, "-CAcreateserial", "-days", days, "-extfile", "extensions", "-out", `${name}.pem`);
    return read(name);
  }

  before(async function () {
    if (spawnSync("openssl", ["version"]).status !== 0) {
      console.log("      skipped: openssl is not installed");
      return this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "vitalproof-tls-"));
    authority = authorityOf("ours");
    otherAuthority = authorityOf("theirs");
    const { key, cert } = signed("server", "/CN=attester", "ours");
    const records = [
      { name: "gateway-1", certificate: "O=Ward 3,CN=gateway-1", roles: ["sealer"], expires: LATER },
      { name: "gateway-old", certificate: "CN=gateway-old", roles: ["sealer"], expires: 1 },
      { name: "p-1", sha256: patient.sha256, roles: ["patient"], subject: String(ANNA), expires: LATER },
    ];
    server = await startServer((app) => bothRoutes(app), {
      port: 0,
      access: accessList(records.map((record) => accessRecord(record))),
      tls: { key, cert, clientAuthority: authority.cert },
      log,
    });
  });
  after(async () => {
    await server?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const client = (pair: Partial<Pair>, { token, by = authority }: { token?: string; by?: Pair } = {}) =>
    httpAttester(`${server.url}/attester`, {
      fetch: certificateFetch({ ...pair, authority: by.cert }),
      retries: 0,
      ...(token === undefined ? {} : { token }),
    });
  const refusalOf = async (answer: Promise<unknown>): Promise<[string, unknown]> => {
    const error = await answer.then(
      () => expect.fail("it was answered"),
      (thrown: VitalproofError) => thrown,
    );
    return [error.code, error.details.status];
  };

  it("a certificate's subject is a principal with its roles", async () => {
    expect(server.url).to.match(/^https:/);
    const gateway = client(signed("gateway", "/O=Ward 3/CN=gateway-1", "ours"));
    expect((await gateway.submitHead(headOf(ANNA))).leaf).to.equal(6n);
    const enrol = gateway.continueLog({
      subject: ANNA,
      device: headOf(ANNA).device,
      profile: "glucose-mg-dl-5min",
    });
    expect(await refusalOf(enrol)).to.deep.equal(["NOT_ALLOWED", 403]);
  });

  it("no certificate, or one of another authority, gets no connection", async () => {
    const reached = ["SERVICE_UNREACHABLE", undefined];
    expect(await refusalOf(client({}).info())).to.deep.equal(reached);
    const foreign = signed("foreign", "/O=Ward 3/CN=gateway-1", "theirs");
    expect(await refusalOf(client(foreign).info())).to.deep.equal(reached);
    // With a token as well: the connection comes first.
    expect(await refusalOf(client({}, { token: patient.token }).info())).to.deep.equal(reached);
  });

  it("a certificate of ours that names no principal, or an expired one, is not authenticated", async () => {
    for (const subject of [
      "/CN=gateway-1",
      "/O=Ward 3/CN=gateway-2",
      "/CN=gateway-old",
      "/O=Ward 3,CN=gateway-1",
    ]) {
      const unknown = signed("unknown", subject, "ours");
      expect(await refusalOf(client(unknown).info()), subject).to.deep.equal(["NOT_ALLOWED", 401]);
    }
  });

  it("a token speaks for itself: a certificate does not widen it, or replace a wrong one", async () => {
    const gateway = signed("proxy", "/O=Ward 3/CN=gateway-1", "ours");
    const throughProxy = client(gateway, { token: patient.token });
    expect((await throughProxy.submitHead(headOf(ANNA))).leaf).to.equal(6n);
    expect(await refusalOf(throughProxy.submitHead(headOf(BERT)))).to.deep.equal(["NOT_ALLOWED", 403]);
    const wrong = client(gateway, { token: newToken().token });
    expect(await refusalOf(wrong.info())).to.deep.equal(["NOT_ALLOWED", 401]);
  });

  it("a client does not believe a server of another authority", async () => {
    const gateway = signed("careful", "/O=Ward 3/CN=gateway-1", "ours");
    const unreachable = ["SERVICE_UNREACHABLE", undefined];
    expect(await refusalOf(client(gateway, { by: otherAuthority }).info())).to.deep.equal(unreachable);
  });

  it("names of two certificates never look alike", () => {
    const name = (subject: string) =>
      certificateName(new X509Certificate(signed("name", subject, "ours").cert));
    expect(name("/O=Ward 3/CN=gateway-1")).to.equal("O=Ward 3,CN=gateway-1");
    expect(name("/O=Ward 3,CN=gateway-1")).to.not.equal("O=Ward 3,CN=gateway-1");
  });
});
