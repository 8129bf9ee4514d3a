// SPDX-License-Identifier: GPL-3.0-or-later
//
// OpenAPI documents: what a server says of itself, checked against what it does, and its schemas against JSON Schema.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CUSTODIAN_ENDPOINTS } from "@vitalproof/sdk/ledger";
import { ATTESTER_ENDPOINTS, GATEWAY_ENDPOINTS, RELAYER_ENDPOINTS } from "@vitalproof/sdk/wire";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { logger, openApi, type Server, servedOf, startServer } from "../src/index.ts";
import { ANNA, accessFor, ask, bothRoutes, type Request, requestsOf } from "./serverSupport.ts";

type Schema = { type?: string; required?: string[]; properties?: Record<string, unknown> };
type Content = { content: { "application/json": { schema: Schema } } };
type Operation = {
  operationId: string;
  summary: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { required: boolean } & Content;
  responses: Record<string, Content & { description: string } & { $ref?: string }>;
};

describe("OpenAPI", () => {
  const { access, tokens } = accessFor({
    monitor: { roles: ["monitor"] },
    patient: { roles: ["patient"], subject: ANNA },
    enroller: { roles: ["enroller"] },
    client: { roles: ["relayer-client"] },
  });
  let server: Server;
  let paths: Record<string, Record<string, Operation>>;
  let components: {
    responses: Record<string, Content>;
    securitySchemes: object;
    schemas: Record<string, Schema>;
  };
  before(async () => {
    const log = logger({ level: "silent" });
    server = await startServer((app) => bothRoutes(app), { port: 0, access, log, title: "Both" });
    const { status, text } = await ask(server.url, { method: "GET", path: "/openapi.json" }, tokens.monitor);
    expect(status, text).to.equal(200);
    const document = JSON.parse(text);
    expect(document).to.include({ openapi: "3.1.0" });
    expect(document.info).to.include({ title: "Both" }).and.have.property("version");
    ({ paths, components } = document);
  });
  after(() => server.close());

  const operations = () =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  it("has every endpoint of the tables, once", () => {
    const wanted = [
      ...servedOf(ATTESTER_ENDPOINTS, "/attester"),
      ...servedOf(RELAYER_ENDPOINTS, "/relayer"),
    ].map(({ path, endpoint }) => `${endpoint.method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect(operations().map(({ path, method }) => `${method} ${path}`)).to.have.members(wanted);
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it("says of each its parameters, body, answers and security, and refers to nothing that is not there", () => {
    for (const { path, operation } of operations()) {
      expect(operation.summary).to.match(/^[A-Z].*[^.]$/);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect((operation.parameters ?? []).map(({ name }) => name)).to.have.members(named);
      for (const { in: place, required } of operation.parameters ?? []) {
        expect([place, required]).to.deep.equal(["path", true]);
      }
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).to.match(/^([1-5]\d\d|[1-5]XX)$/);
        const name = response.$ref?.replace("#/components/responses/", "");
        if (name === undefined) expect(response.description).to.be.a("string");
        else expect(components.responses).to.have.property(name);
      }
      for (const scheme of operation.security.flatMap((each) => Object.keys(each))) {
        expect(components.securitySchemes).to.have.property(scheme);
      }
    }
  });

  it("its schemas are JSON Schema, and fit what the server accepts and answers", async () => {
    const ajv = new Ajv2020({ strict: false });
    const compiled = (content: Content) => ajv.compile(content.content["application/json"].schema);
    const tokenOf = (path: string) =>
      path.startsWith("/relayer")
        ? tokens.client
        : path.includes("/people")
          ? tokens.enroller
          : tokens.patient;
    const published: Request = { method: "GET", path: "/attester/days/20000/leaves" };
    const requests = [...Object.values(requestsOf(ANNA)), published];
    for (const { path, method, operation } of operations()) {
      const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
      const request = requests.find(
        (each) => pattern.test(each.path) && each.method.toLowerCase() === method,
      )!;
      const { status, text } = await ask(server.url, request, tokenOf(path));
      expect(status, `${path}: ${text}`).to.equal(200);
      const answers = compiled(operation.responses["200"]!);
      expect(answers(JSON.parse(text)), `${path}: ${JSON.stringify(answers.errors)}`).to.equal(true);
      expect(answers({ other: 1 }), path).to.equal(false);
      if (operation.requestBody === undefined) continue;
      const sends = compiled(operation.requestBody);
      const written = JSON.parse(
        JSON.stringify(request.body, (_, v) => (typeof v === "bigint" ? String(v) : v)),
      );
      expect(sends(written), `${path}: ${JSON.stringify(sends.errors)}`).to.equal(true);
      const refused = await ask(server.url, { ...request, body: { ...written, more: 1 } }, tokenOf(path));
      expect([refused.status, sends({ ...written, more: 1 })]).to.deep.equal([400, false]);
      const refusal = ajv.compile(components.schemas.refusal!);
      expect(refusal(JSON.parse(refused.text))).to.equal(true);
    }
  });

  it("docs/schemas has the same for each service", () => {
    const folder = join(import.meta.dirname, "../../../docs/schemas");
    const tables = {
      attester: ATTESTER_ENDPOINTS,
      custodian: CUSTODIAN_ENDPOINTS,
      gateway: GATEWAY_ENDPOINTS,
      relayer: RELAYER_ENDPOINTS,
    };
    for (const [name, endpoints] of Object.entries(tables)) {
      const written = JSON.parse(readFileSync(join(folder, `${name}.openapi.json`), "utf8"));
      const made = openApi(`Vitalproof ${name}`, servedOf(endpoints));
      expect(written).to.deep.equal(JSON.parse(JSON.stringify(made)));
    }
  });
});
