// SPDX-License-Identifier: GPL-3.0-or-later
import { createReadStream, existsSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { artifactFiles, VitalproofError } from "@vitalproof/sdk";
import { type App, notThere, type Reply } from "@vitalproof/services";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
const UNKNOWN_TYPE = "application/octet-stream";

/** What someone can do who asked for something that is not there. */
export const CONFIG_HINT = "GET /config.json says where the services are.";

const NO_PAGE = `Vitalproof: the services of the claims dApp are running, its page is not built.

Build it, then load this page again:

  npm run dapp:build

${CONFIG_HINT}
`;

/** Serves wasm, keys and manifests in the layout that the SDK's `httpArtifacts` loads. */
export function artifactRoute(app: App, root: string, circuits: readonly string[]): void {
  app.get<{ Params: { circuit: string; file: string } }>(
    "/artifacts/:circuit/:file",
    async ({ params: { circuit, file } }, reply) => {
      if (!circuits.includes(circuit)) {
        throw missing("There is no such circuit.", `There are ${circuits.join(", ")}.`);
      }
      const { wasm, zkey, verificationKey } = artifactFiles(circuit);
      const small = ["manifest.json", verificationKey];
      if (![...small, wasm, zkey].includes(file)) {
        throw missing(`${circuit} has no such file.`, `It has ${[...small, wasm, zkey].join(", ")}.`);
      }
      const folder = small.includes(file) ? "circuits/artifacts" : "build/circuits";
      if (await sendFile(reply, join(root, folder, circuit, file))) return reply;
      throw missing(`${file} of ${circuit} is not built.`, `Run \`npx hardhat circuits build ${circuit}\`.`);
    },
  );
}

/**
 * Files of a folder by path, index.html at the root. Looked up at each request, so that a page built later is served too.
 * @returns what answers a path given by its decoded segments; it throws NOT_THERE
 */
export function siteOf(folder: string): (segments: readonly string[], reply: Reply) => Promise<unknown> {
  return async (segments, reply) => {
    const isRoot = segments.length === 1 && segments[0] === "";
    if (!existsSync(folder)) {
      if (isRoot) return reply.type("text/plain; charset=utf-8").send(NO_PAGE);
      throw notThere("such file", CONFIG_HINT);
    }
    const path = join(folder, ...(isRoot ? ["index.html"] : segments));
    const [real, base] = await Promise.all([realpath(path).catch(() => undefined), realpath(folder)]);
    // A link inside the folder must not lead out of it either.
    const sent = real?.startsWith(base + sep) === true && (await sendFile(reply, real));
    if (!sent) throw notThere("such file", CONFIG_HINT);
    return reply;
  };
}

/** @returns false where there is no file. Not the reply: awaiting one waits for its end and gives nothing. */
async function sendFile(reply: Reply, path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  reply
    .type(TYPES[extname(path).toLowerCase()] ?? UNKNOWN_TYPE)
    .header("content-length", found.size)
    .send(createReadStream(path));
  return true;
}

function missing(message: string, hint: string): VitalproofError {
  return new VitalproofError("ARTIFACT_MISSING", message, { hint });
}
