// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import { FORMATS } from "../src/index.ts";

/** Not the large files: they take long, and what reads them reads small ones too. */
const isFormat = (path: string): boolean => !/realFiles|synthetic/.test(path);
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

  it("reads without making code out of text, which a page's content security policy forbids", function () {
    this.timeout(300_000);
    const flag = "--disallow-code-generation-from-strings";
    const run = (...args: string[]): string =>
      execFileSync(process.execPath, [flag, ...args], { cwd: ROOT, encoding: "utf8" });
    expect(run("-e", "try { new Function('') } catch { console.log('forbidden') }")).to.equal("forbidden\n");
    const others = globSync("test/*.test.ts", { cwd: ROOT }).filter(
      (path) => !path.endsWith("package.test.ts"),
    );
    const mocha = createRequire(import.meta.url).resolve("mocha/bin/mocha.js");
    // Not what measures memory: this is not the process for it. A test that fails makes the exit code 1, which throws.
    const options = ["--exit", "--no-config", "--timeout", "200000", "--fgrep", "streams:", "--invert"];
    const said = run(mocha, ...options, ...others.filter(isFormat));
    expect(Number(/(\d+) passing/.exec(said)?.[1])).to.be.at.least(90);
  });

  it("imports what it declares, at exact versions, and no Node built-in, so that it runs in browsers", () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    ) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    // Types alone, of packages that have nothing else, are gone from what is published.
    const typesOnly = (circuit: string, name: string): boolean =>
      circuit.startsWith("import type") && `@types/${name.split("/")[0]}` in devDependencies;
    const imported = new Set(
      globSync("src/**/*.ts", { cwd: ROOT }).flatMap((path) =>
        [
          ...readFileSync(join(ROOT, path), "utf8").matchAll(
            /^(?:import|export)\b[^;]*?\bfrom "([^."][^"]*)"|\bawait import\("([^."][^"]*)"\)/gm,
          ),
        ].flatMap(([circuit, always, sometimes]) => {
          const name = always ?? sometimes!;
          return typesOnly(circuit, name) ? [] : [name];
        }),
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
