#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Starts the command: the sources in the repository, the built JavaScript where the package is installed. Plain CommonJS on
// purpose: it is the one file here that must run on Node 20. In the repository it then hands over to the pinned Node.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const SOURCE = join(__dirname, "..", "src", "main.ts");
const IN_REPOSITORY = existsSync(SOURCE);
const MAIN = IN_REPOSITORY ? SOURCE : join(__dirname, "..", "main.js");
const HANDED_OVER = "VITALPROOF_NODE_HANDED_OVER";

const [major, minor] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // Node 22 says on every start that type stripping is experimental; who uses the command need not know.
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (/type stripping/i.test(String(warning))) return;
    emitWarning.call(process, warning, ...rest);
  };
  if (process.env[HANDED_OVER] !== undefined && process.channel !== undefined) {
    process.channel.unref();
    process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  }
  import(pathToFileURL(MAIN).href).then(
    ({ main }) => main(process.argv.slice(2)),
    (error) => {
      const missing = error && error.code === "ERR_MODULE_NOT_FOUND";
      console.error(
        missing
          ? `A dependency is not installed: ${IN_REPOSITORY ? "run `npm install` in the repository" : "install @vitalproof/cli again"}, then run the command again.`
          : error,
      );
      process.exitCode = 6;
    },
  );
} else if (IN_REPOSITORY) {
  handOver();
} else {
  console.error(`Node ${process.versions.node} is too old for vitalproof. Use Node 22.18 or newer.`);
  process.exitCode = 6;
}

function handOver() {
  const node = pinnedNode();
  if (node === undefined || process.env[HANDED_OVER] !== undefined) {
    console.error(
      `Node ${process.versions.node} is too old for vitalproof, and the repository's own Node is not installed.\n` +
        "Run `npm install` in the repository, or use Node 22.18 or newer.",
    );
    process.exitCode = 6;
    return;
  }
  const child = spawn(node, [__filename, ...process.argv.slice(2)], {
    // The channel closes when this process dies, however it dies: the child then ends as on SIGTERM.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [HANDED_OVER]: "1" },
  });
  // A terminal sends Ctrl-C to both; the child decides what it means. Others' signals are passed on.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    console.error(`${node} does not start (${error.code}). Run \`npm install\` in the repository.`);
    process.exitCode = 6;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code === null ? 128 + (signal === "SIGINT" ? 2 : 15) : code;
  });
}

/** The Node that package.json pins, from the npm package `node`. */
function pinnedNode() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  for (const folder of require.resolve.paths("node") || []) {
    const candidate = join(folder, "node", "bin", name);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}
