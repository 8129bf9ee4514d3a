// SPDX-License-Identifier: GPL-3.0-or-later
//
// For packages whose entry runs in browsers as it stands.
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

/** All modules of a package that an entry reaches, and every specifier that they import from elsewhere. */
export function walk(from: URL): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (url: URL): void => {
    const path = fileURLToPath(url);
    if (files.has(path)) return;
    files.add(path);
    const source = readFileSync(path, "utf8");
    for (const match of source.matchAll(
      /^(?:import|export)\b[^"]*?\bfrom "([^"]+)";|\bimport\("([^"]+)"\)/gm,
    )) {
      const specifier = match[1] ?? match[2]!;
      if (!specifier.startsWith(".")) packages.add(specifier);
      else if (specifier.endsWith(".ts")) visit(new URL(specifier, url));
    }
  };
  visit(from);
  return { files, packages };
}

/** Tests of all entries of a package that run in browsers, `src/index.ts` first, inside a `describe`. */
export function runsInBrowsers(...entries: readonly [URL, ...URL[]]): void {
  const files = new Set(entries.flatMap((entry) => [...walk(entry).files]));
  const packages = new Set(entries.flatMap((entry) => [...walk(entry).packages]));

  it("reaches no Node built-in", () => {
    expect(
      [...packages].filter((name) => name.startsWith("node:") || builtinModules.includes(name)),
    ).to.deep.equal([]);
  });

  it("uses no global that only Node has", () => {
    for (const path of files) {
      const source = readFileSync(path, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      expect(source, path).to.not.match(/\b(Buffer|process|require|__dirname|setImmediate)\b[.(]/);
    }
  });

  it("declares every package that it imports, at an exact version", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", entries[0]), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const imported = new Set(
      [...packages].map((name) =>
        name
          .split("/")
          .slice(0, name.startsWith("@") ? 2 : 1)
          .join("/"),
      ),
    );
    expect([...imported].sort()).to.deep.equal(Object.keys(manifest.dependencies).sort());
    for (const version of Object.values(manifest.dependencies)) expect(version).to.match(/^\d+\.\d+\.\d+$/);
  });
}
