// SPDX-License-Identifier: GPL-3.0-or-later
// Installs what a fresh clone lacks. Plain CommonJS on purpose: it is the one
// script that must run on Node 20, before the pinned Node exists.
//
// npm picks Hardhat's native part by the Node it runs under, and skips it on a
// Node older than the `engines` of Hardhat; so the install itself runs under
// the Node major that package.json pins.
"use strict";

const { createHash } = require("node:crypto");
const { spawnSync } = require("node:child_process");
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const stamp = join(root, "node_modules", ".vitalproof-installed");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20) {
  console.error(
    `Node ${process.versions.node} is too old: install Node 20 or newer, then run the command again.`,
  );
  process.exit(1);
}

const lock = readFileSync(join(root, "package-lock.json"));
const wanted = createHash("sha256").update(lock).digest("hex");
if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) process.exit(0);

const pinned = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.node;
const modern = major > 22 || (major === 22 && minor >= 13);
const command = modern ? ["npm", "ci"] : ["npx", "-y", "-p", `node@${pinned}`, "--", "npm", "ci"];
console.error(
  `Installing dependencies (${command.join(" ")}); this happens once and takes about half a minute.`,
);

const started = Date.now();
const result = spawnSync(command[0], [...command.slice(1), "--no-audit", "--no-fund"], {
  cwd: root,
  stdio: ["ignore", process.stderr, process.stderr],
  shell: process.platform === "win32",
});
if (result.status !== 0) {
  console.error(
    "The installation failed; the lines above say why. Check that the npm registry can be reached, then try again.",
  );
  process.exit(result.status === null ? 1 : result.status);
}
writeFileSync(stamp, wanted);
console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
