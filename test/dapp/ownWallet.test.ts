// SPDX-License-Identifier: GPL-3.0-or-later
//
// A patient without a relayer: everything that goes to the chain is sent by a wallet of the patient's own, and the money
// goes to the account that was named when applying.
import { ClaimsClient } from "@vitalproof/sdk";
import { expect } from "chai";
import { Contract, JsonRpcProvider, Wallet } from "ethers";
import { apply, enrol, importAndSeal, issue, passTime, publish } from "./support/patient.ts";
import { onStage, openPage, signAll } from "./support/stage.ts";

/** A reading from long before the log. */
const OPEN_MHEALTH = {
  blood_glucose: { value: 95, unit: "mg/dL" },
  effective_time_frame: { date_time: "2013-02-05T07:25:00Z" },
};

describe("dApp: a patient's own wallet", () => {
  const stage = onStage();

  it("consents, claims, has the money paid out and revokes where the configuration names no relayer", async function () {
    this.timeout(600_000);
    const world = stage();
    const insurer = await openPage(world);
    const patient = await openPage(world, { width: 360 });
    const { page } = patient;
    await page.route("**/config.json", async (route) => {
      const { relayer: _, ...config } = await (await route.fetch()).json();
      await route.fulfill({ json: config });
    });
    const payee = Wallet.createRandom().address;
    try {
      await publish(insurer.page, world);
      await enrol(page, world);
      await apply(page, { periods: 1, payee });
      await issue(insurer.page, world);

      const consent = page.getByRole("region", { name: "Your consent" });
      const button = consent.getByRole("button", { name: "I consent" });
      await consent.getByText("Connect a wallet first, at the top of the page.").waitFor();
      expect(await button.isEnabled()).to.equal(false);
      expect(await page.getByText("Through the relayer").count()).to.equal(0);
      await page.getByRole("button", { name: "Connect a wallet" }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /Demo patient/ })
        .click();

      // Closing the wallet's dialog sends nothing and loses nothing.
      await button.click();
      await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
      await consent.getByText("You closed the wallet's dialog before it was sent.").waitFor();
      await button.click();
      await signAll(page);
      await consent.getByText("Your consent is on record.").waitFor();

      // The page's content security policy lets no code be made out of text, which checks of JSON are often made by.
      await page.locator("input[type=file]").setInputFiles({
        name: "open-mhealth.json",
        mimeType: "application/json",
        buffer: Buffer.from(JSON.stringify(OPEN_MHEALTH)),
      });
      await page.getByText("1 reading in the file, 0 taken").waitFor();
      await importAndSeal(page, world, ["good"]);
      const claims = page.getByRole("region", { name: "Your claims" });
      const prove = claims.getByRole("button", { name: /^Prove / });
      await passTime(page, prove);
      await prove.click();
      await claims.getByText(/is proven\. Nothing was sent yet\./).waitFor();
      await claims.getByRole("button", { name: /^Claim / }).click();
      await signAll(page);
      await claims.getByText(/The claim is on chain, in block/).waitFor();

      const money = page.getByRole("region", { name: "Your money" });
      await money.getByRole("button", { name: "Pay out 25.00 tUSDC" }).click();
      await signAll(page);
      await money.getByText(`25.00 tUSDC went to ${payee}.`).waitFor();

      // An address in a sentence is longer than the page is wide.
      expect(
        await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
      ).to.equal(0);

      await consent.getByRole("button", { name: "Take the consent back" }).click();
      await signAll(page);
      await consent.getByText("Your consent is revoked, for ever.").first().waitFor();

      const provider = new JsonRpcProvider(`${world.url}/rpc`);
      const client = new ClaimsClient(world.config.contracts.claims, provider);
      const abi = ["function balanceOf(address) view returns (uint256)"];
      const token = new Contract(world.config.tokens[0]!.address, abi, provider);
      expect(await client.payeeOf(1n)).to.equal(payee);
      expect(await client.owedOf(1n)).to.equal(0n);
      expect(await token.getFunction("balanceOf")(payee)).to.equal(25_000_000n);
      provider.destroy();
      expect(patient.requests.filter((url) => url.includes("/relayer"))).to.deep.equal([]);
    } finally {
      await Promise.all([insurer.close(), patient.close()]);
    }
  });
});
