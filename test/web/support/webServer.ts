// SPDX-License-Identifier: GPL-3.0-or-later
//
// A plain web server on the loopback interface, as a deployer has one: the built page in a folder, compressed, with the
// deployer's configuration; /node goes on to the chain.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

const DIST = join(import.meta.dirname, "../../../apps/claims/dist");
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};
const FOLDER = "/insurance/claims/";

/**
 * @param config text of config.json; undefined for a server without one
 * @param node URL of the chain's RPC
 * @returns address of the page, with a slash at its end
 */
export async function webServer(
  config: string | undefined,
  node: string,
): Promise<{ address: string; close(): Promise<void> }> {
  const answer = async (request: IncomingMessage): Promise<[type: string, body: string | Uint8Array]> => {
    const url = request.url!;
    if (request.method === "POST" && url === "/node") {
      const body = new Uint8Array(await buffer(request));
      const headers = { "content-type": "application/json" };
      return ["application/json", await (await fetch(node, { method: "POST", headers, body })).text()];
    }
    if (!url.startsWith(FOLDER)) throw new Error("not here");
    const name = url.slice(FOLDER.length) || "index.html";
    if (name === "config.json" && config !== undefined) return ["application/json", config];
    return [TYPES[extname(name)]!, await readFile(join(DIST, name))];
  };
  const server = createServer((request, response) => {
    answer(request).then(
      ([type, body]) =>
        response.writeHead(200, { "content-type": type, "content-encoding": "gzip" }).end(gzipSync(body)),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${FOLDER}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
