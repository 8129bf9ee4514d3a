// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import { FORMATS } from "../src/index.ts";

const ROOT = join(import.meta.dirname, "..");

describe("package", () => {
  it("README: its example runs as it stands, and it names every format", function () {
    this.timeout(30_000);
    const text = readFileSync(join(ROOT, "README.md"), "utf8");
    const shown = execFileSync(
      process.execPath,
      ["--input-type=module", "-e", /```ts\n([\s\S]*?)```/.exec(text)![1]!],
      { cwd: join(ROOT, "../.."), encoding: "utf8" },
    );
    expect(shown).to.contain("generic-csv").and.to.contain("value: '5.6'").and.to.contain("{ missing: 1 }");
    expect(shown).to.contain("profile: 'glucose-mmol-l-5min'");
    for (const { name } of FORMATS) expect(text).to.contain(`\`${name}\``);
  });

  it("imports what it declares, at exact versions, and no Node built-in, so that it runs in browsers", () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    ) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    // Types alone, of packages that have nothing else, are gone from what is published.
    const typesOnly = (statement: string, name: string): boolean =>
      statement.startsWith("import type") && `@types/${name.split("/")[0]}` in devDependencies;
    const imported = new Set(
      globSync("src/**/*.ts", { cwd: ROOT }).flatMap((path) =>
        [
          ...readFileSync(join(ROOT, path), "utf8").matchAll(
            /^(?:import|export)\b[^;]*?\bfrom "([^."][^"]*)"/gm,
          ),
        ].flatMap(([statement, name]) => (typesOnly(statement, name!) ? [] : [name!])),
      ),
    );
    const packages = [...imported].map((name) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    );
    expect([...imported].filter(isBuiltin)).to.deep.equal([]);
    expect([...new Set(packages)].sort()).to.deep.equal(Object.keys(dependencies).sort());
    for (const version of Object.values(dependencies)) expect(version).to.match(/^\d+\.\d+\.\d+$/);
  });
});
