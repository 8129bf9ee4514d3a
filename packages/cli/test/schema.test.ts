// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { codeOf, ROOT, vitalproof } from "./support.ts";

const FOLDER = join(ROOT, "docs/schemas");

describe("schema", () => {
  const schema = (...argv: string[]) => vitalproof({ cwd: ROOT }, "schema", ...argv);

  it("prints the JSON Schema of each kind, as docs/schemas has it", async () => {
    // Those of services are compared by `npm run generate -- --check`.
    const files = readdirSync(FOLDER).filter((name) => !name.endsWith(".openapi.json"));
    const { code, out } = await schema("--json");
    expect(code).to.equal(0);
    const all = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(all).map((kind) => `${kind}.json`)).to.have.members(files);
    for (const [kind, one] of Object.entries(all)) {
      expect((await schema(kind)).out).to.equal(readFileSync(join(FOLDER, `${kind}.json`), "utf8"));
      expect(JSON.parse((await schema(`vitalproof/${kind}`)).out)).to.deep.equal(one);
    }
  });

  it("has every kind that the manual lists, and each is a JSON Schema", async () => {
    const manual = readFileSync(join(ROOT, "docs/cli.md"), "utf8");
    const kinds = [...manual.matchAll(/^\| `vitalproof\/([a-z-]+)` \|/gm)].map(([, kind]) => kind!);
    expect(kinds).to.include.members(["claim", "consent-receipt", "access-register", "ledger-archive"]);
    const all = JSON.parse((await schema("--json")).out) as Record<string, object>;
    expect(Object.keys(all)).to.include.members(kinds);
    const ajv = new Ajv2020({ strict: true });
    for (const one of kinds.map((kind) => all[kind]!)) ajv.compile(one);
  });

  it("lists the kinds, and names them when one is unknown", async () => {
    expect((await schema()).out).to.match(/^enrolment-request +an enrolment request$/m);
    const wrong = await schema("clam", "--json");
    expect([wrong.code, codeOf(wrong)]).to.deep.equal([2, "USAGE"]);
    expect(wrong.err).to.include("anchor-paths");
  });
});
