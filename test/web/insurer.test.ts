// SPDX-License-Identifier: GPL-3.0-or-later
//
// The insurer's side in headless Chromium, against the services of `npm run dapp` and their real chain.
import { ClaimsClient, Custody } from "@vitalproof/sdk";
import { expect } from "chai";
import { Contract, JsonRpcProvider } from "ethers";
import { expectAccessible } from "./support/axe.ts";
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
      // A slip is asked about, and nothing is signed before the answer.
      const dialog = page.getByRole("dialog");
      await page.getByLabel("Benefit per met period").fill("99999999999999999999");
      await page.getByRole("button", { name: "Review and publish" }).click();
      await dialog
        .getByText(/99,999,999,999,999,999,999\.00 tUSDC for one period is unusually much/)
        .waitFor();
      expect(await dialog.getByRole("button", { name: /^Sign/ }).isEnabled()).to.equal(false);
      await dialog.getByLabel("Yes, I mean this amount").check();
      await dialog.getByRole("button", { name: /^Sign/, disabled: false }).waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();

      // The dialog lists what is signed, with its bounds and whole addresses.
      await page.getByLabel("Benefit per met period").fill("25");
      await page.getByRole("button", { name: "Review and publish" }).click();
      const { claims, scopes } = world.config.contracts;
      for (const text of [
        /At least 80 % of the slots are from 70 to 180 mg\/dL/,
        "25.00 tUSDC for each met period",
        /^30 days after/,
        /None\. A valid claim is credited at once/,
        /None of the parameters above can ever be changed/,
        new RegExp(`^${claims}$`, "i"),
        new RegExp(`^${scopes}$`, "i"),
      ])
        await dialog.getByText(text).first().waitFor();
      await expectAccessible(page);
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await insurer.publish();
      await insurer.fund();

      const provider = new JsonRpcProvider(`${world.url}/rpc`);
      const program = await new ClaimsClient(world.config.contracts.claims, provider).program(1n);
      const { free } = await new Custody(world.config.contracts.custody, provider).escrow(program.escrow);
      expect(free).to.equal(AMOUNT);

      await page.getByRole("button", { name: "Withdraw" }).click();
      await page.getByLabel("Amount, tUSDC").fill("500.01");
      await page.getByText(/500.00 tUSDC is free\. Take less/).waitFor();
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

      // Money of another account would be a gift that it cannot take back: it is not offered.
      await page.getByRole("banner").getByRole("button").last().click();
      await dialog.getByRole("button", { name: /Another insurer/ }).click();
      await page.getByRole("button", { name: "Withdraw" }).waitFor({ state: "detached" });
      expect(await page.getByRole("button", { name: "Fund" }).count()).to.equal(0);

      // Nothing was asked of anybody else.
      expect(requests.filter((url) => !url.startsWith(`${world.url}/`))).to.deep.equal([]);
    } finally {
      await close();
    }
  });
});
