// SPDX-License-Identifier: GPL-3.0-or-later
//
// A patient without a relayer: everything that goes to the chain is sent by a wallet of the patient's own, and the money
// goes to the account that was named when applying.
import { ClaimsClient } from "@vitalproof/sdk";
import { expect } from "chai";
import { Contract, JsonRpcProvider, Wallet } from "ethers";
import { InsurerPage } from "./support/insurer.ts";
import { PatientPage } from "./support/patient.ts";
import { onStage, openPage } from "./support/stage.ts";

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
    const desk = await openPage(world);
    const home = await openPage(world, { width: 360 });
    const { page } = home;
    const insurer = new InsurerPage(desk.page, world);
    const patient = new PatientPage(page, world);
    // What a wallet's dialog asks for is the same on both sides.
    const sign = () => new InsurerPage(page, world).sign();
    await page.route("**/config.json", async (route) => {
      const { relayer: _, ...config } = await (await route.fetch()).json();
      await route.fulfill({ json: config });
    });
    const payee = Wallet.createRandom().address;
    try {
      await insurer.connect("#/insurer/new");
      await insurer.publish();
      await insurer.fund();
      await patient.create();
      await patient.enrol();
      await patient.apply(1, payee);
      await insurer.go("Issue");
      await insurer.issue();

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
      await sign();
      await consent.getByText("Your consent is on record.").waitFor();

      // The page's content security policy lets no code be made out of text, which checks of JSON are often made by.
      await page.locator("input[type=file]").setInputFiles({
        name: "open-mhealth.json",
        mimeType: "application/json",
        buffer: Buffer.from(JSON.stringify(OPEN_MHEALTH)),
      });
      await page.getByText("1 reading in the file, 0 taken").waitFor();
      await patient.import(["good"]);
      await patient.seal(1);
      await patient.prove();
      await patient.claim();
      await sign();
      await patient.claims.getByText(/The claim is on chain, in block/).waitFor();
      await patient.payOut();
      await sign();
      await patient.money.getByText(`25.00 tUSDC went to ${payee}.`).waitFor();

      // An address in a sentence is longer than the page is wide.
      expect(
        await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
      ).to.equal(0);

      await patient.revoke();
      await sign();
      await consent.getByText("Your consent is revoked permanently.").first().waitFor();

      const provider = new JsonRpcProvider(`${world.url}/rpc`);
      const client = new ClaimsClient(world.config.contracts.claims, provider);
      const abi = ["function balanceOf(address) view returns (uint256)"];
      const token = new Contract(world.config.tokens[0]!.address, abi, provider);
      expect(await client.payeeOf(1n)).to.equal(payee);
      expect(await client.owedOf(1n)).to.equal(0n);
      expect(await token.getFunction("balanceOf")(payee)).to.equal(25_000_000n);
      provider.destroy();
      expect(home.requests.filter((url) => url.includes("/relayer"))).to.deep.equal([]);
    } finally {
      await Promise.all([desk.close(), home.close()]);
    }
  });
});
