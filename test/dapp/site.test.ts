// SPDX-License-Identifier: GPL-3.0-or-later
//
// The built page behind a plain web server, in a folder of its own and with a configuration of its own.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { expect } from "chai";
import { onStage, openPage } from "./support/stage.ts";

const DIST = join(import.meta.dirname, "../../apps/claims/dist");
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};
const FOLDER = "/insurance/claims/";

describe("dApp: as a static site", () => {
  const stage = onStage("--scenario", "--days", "1");
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** Serves the built files under `FOLDER`; `/node` goes on to the chain, as a deployer's web server would do it. */
  async function serve(config: string | undefined): Promise<string> {
    server = createServer((request, response) => {
      answer(request.url!, request.method === "POST" ? request : undefined, config).then(
        ([type, body]) => response.writeHead(200, { "content-type": type }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}${FOLDER}`;
  }

  async function answer(
    url: string,
    posted: IncomingMessage | undefined,
    config: string | undefined,
  ): Promise<[type: string, body: string | Uint8Array]> {
    if (posted !== undefined && url === "/node") {
      const body = new Uint8Array(await buffer(posted));
      const headers = { "content-type": "application/json" };
      const reply = await fetch(`${stage().url}/rpc`, { method: "POST", headers, body });
      return ["application/json", await reply.text()];
    }
    if (!url.startsWith(FOLDER)) throw new Error("not here");
    const name = url.slice(FOLDER.length) || "index.html";
    if (name === "config.json" && config !== undefined) return ["application/json", config];
    return [TYPES[extname(name)]!, await readFile(join(DIST, name))];
  }

  it("shows the chain that its config.json names, from any folder", async function () {
    this.timeout(300_000);
    const { demo: _, clinic: __, relayer: ___, ...rest } = stage().config as Record<string, unknown>;
    const chain = { ...stage().config.chain, name: "Chain of the deployer", rpc: "/node" };
    const address = await serve(JSON.stringify({ ...rest, name: "Any insurer", chain, artifacts: "keys" }));
    const { page, requests, close } = await openPage(stage());
    try {
      await page.goto(address);
      await page.getByText("Any insurer").first().waitFor();
      await page.getByText(/Chain of the deployer, block \d/).waitFor();
      await page.goto(`${address}#/insurer/programs/1`);
      await page.getByRole("heading", { name: "Program 1" }).waitFor();
      const { origin } = new URL(address);
      expect(
        requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith("data:")),
      ).to.deep.equal([]);
      // Without test wallets in the configuration there are none on the page.
      await page.getByRole("button", { name: "Connect a wallet" }).click();
      await page.getByText("No wallet was found in this browser.").waitFor();
    } finally {
      await close();
    }
  });

  it("says what is missing when there is no config.json, or a wrong one", async function () {
    this.timeout(300_000);
    for (const [config, says] of [
      [undefined, /config\.json/],
      ['{"name": "x"}', /chain/],
    ] as const) {
      const address = await serve(config);
      const { page, close } = await openPage(stage(), { faults: /404/ });
      try {
        await page.goto(address);
        await page.getByRole("heading", { name: "This page is not set up yet" }).waitFor();
        await page.getByRole("alert").getByText(says).first().waitFor();
      } finally {
        await close();
        server!.close();
      }
    }
  });
});
