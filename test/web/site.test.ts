// SPDX-License-Identifier: GPL-3.0-or-later
//
// The built page behind a plain web server, in a folder of its own and with a configuration of its own.
import { expect } from "chai";
import { onScenario, openPage } from "./support/stage.ts";
import { webServer } from "./support/webServer.ts";

describe("dApp: as a static site", () => {
  const stage = onScenario();
  it("shows the chain that its config.json names, from any folder", async function () {
    this.timeout(300_000);
    const { demo: _, attester: __, relayer: ___, ...rest } = stage().config as Record<string, unknown>;
    const chain = { ...stage().config.chain, name: "Chain of the deployer", rpc: "/node" };
    const config = JSON.stringify({ ...rest, name: "Any insurer", chain, artifacts: "keys" });
    const { address, ...server } = await webServer(config, `${stage().url}/rpc`);
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
      await server.close();
    }
  });

  it("says what is missing when there is no config.json, or a wrong one", async function () {
    this.timeout(300_000);
    for (const [config, says] of [
      [undefined, /config\.json/],
      ['{"name": "x"}', /chain/],
    ] as const) {
      const { address, ...server } = await webServer(config, `${stage().url}/rpc`);
      const { page, close } = await openPage(stage(), { faults: /404/ });
      try {
        await page.goto(address);
        await page.getByRole("heading", { name: "This page is not set up yet" }).waitFor();
        await page.getByRole("alert").getByText(says).first().waitFor();
      } finally {
        await close();
        await server.close();
      }
    }
  });
});
