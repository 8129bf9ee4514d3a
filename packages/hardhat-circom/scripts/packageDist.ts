// SPDX-License-Identifier: GPL-3.0-or-later
// Makes dist/ a package of its own: `npm publish packages/hardhat-circom/dist`. In the workspace the package's entry
// is its TypeScript source, which Node does not run from node_modules.
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

// The compiler rewrites the extension in static imports only: not in `import("…")`, and not in declarations.
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|d\.ts)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const text = await readFile(path, "utf8");
  const rewritten = text.replace(/((?:\bfrom|\bimport)\s*\(?\s*"\.{1,2}\/[^"]+)\.ts"/g, '$1.js"');
  if (rewritten !== text) await writeFile(path, rewritten);
}

const { scripts: _, ...manifest } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Record<
  string,
  unknown
>;
const published = {
  ...manifest,
  exports: {
    ".": { types: "./index.d.ts", default: "./index.js" },
    "./attack": { types: "./attack/index.d.ts", default: "./attack/index.js" },
    "./circuits": { types: "./circuits.d.ts", default: "./circuits.js" },
    "./list": { types: "./list.d.ts", default: "./list.js" },
    "./package.json": "./package.json",
  },
};
await writeFile(join(dist, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
await copyFile(join(root, "README.md"), join(dist, "README.md"));
await copyFile(join(root, "..", "..", "LICENSE"), join(dist, "LICENSE"));
