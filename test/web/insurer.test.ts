// SPDX-License-Identifier: GPL-3.0-or-later
//
// The insurer's side in headless Chromium, against the services of `npm run dapp` and their real chain.
import { ClaimsClient } from "@vitalproof/sdk";
import { expect } from "chai";
import { Contract, JsonRpcProvider } from "ethers";
import { InsurerPage } from "./support/insurer.ts";
import { onStage, openPage } from "./support/stage.ts";

const AMOUNT = 500_000_000n;

describe("dApp: an insurer", () => {
  const stage = onStage();

  it("publishes a program, funds it and takes money back, and the chain says the same", async function () {
    this.timeout(600_000);
    const world = stage();
    const { page, requests, close } = await openPage(world);
    const insurer = new InsurerPage(page, world);
    try {
      await insurer.connect("#/insurer");
      await page.getByText("You have no program yet.").waitFor();

      await insurer.go("New");
      await page.getByLabel("Share of the readings at least (%)").fill("80");
      await page.getByLabel("Share of the readings at least (%)").press("Tab");
      await page.getByText("At least 80 % of the slots").waitFor();
      await insurer.publish();
      await insurer.fund();

      const provider = new JsonRpcProvider(`${world.url}/rpc`);
      const program = await new ClaimsClient(world.config.contracts.claims, provider).program(1n);
      expect(program.free).to.equal(AMOUNT);

      await page.getByRole("button", { name: "Withdraw" }).click();
      await page.getByLabel("Amount, tUSDC").fill("500.01");
      await page.getByText(/500.00 tUSDC are free\. Take less/).waitFor();
      await page.getByLabel("Amount, tUSDC").fill("200");
      await page.getByRole("button", { name: "Continue" }).click();
      await insurer.sign();
      const token = new Contract(
        world.config.tokens[0]!.address,
        ["function balanceOf(address) view returns (uint256)"],
        provider,
      );
      expect(await token.balanceOf!(program.insurer)).to.equal(200_000_000n);
      provider.destroy();

      // Nothing was asked of anybody else.
      expect(requests.filter((url) => !url.startsWith(`${world.url}/`))).to.deep.equal([]);
    } finally {
      await close();
    }
  });
});
