// SPDX-License-Identifier: GPL-3.0-or-later
//
// A patient who loses the browser's data and has the backup: the policy is found, the money is paid out, and the log
// goes on, in headless Chromium, against the real chain and the simulated attester.
import { ClaimsClient } from "@vitalproof/sdk";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { InsurerPage } from "./support/insurer.ts";
import { PatientPage } from "./support/patient.ts";
import { onStage, openPage } from "./support/stage.ts";

describe("dApp: from a backup", () => {
  const stage = onStage();

  it("finds the policy and what it owes, is paid, and continues the log", async function () {
    this.timeout(600_000);
    const world = stage();
    const [desk, home] = [await openPage(world), await openPage(world)];
    const insurer = new InsurerPage(desk.page, world);
    const patient = new PatientPage(home.page, world);
    const provider = new JsonRpcProvider(`${world.url}/rpc`);
    try {
      await insurer.connect("#/insurer");
      await insurer.go("New");
      await insurer.publish();
      await insurer.fund();
      await patient.create();
      await patient.enrol();
      await patient.apply(4);
      await insurer.go("Issue");
      await insurer.issue();
      await patient.consent();
      await patient.import(["good"]);
      await patient.seal(1);
      await patient.prove();
      await patient.claim();
      await patient.claims.getByText(/The claim is on chain, in block/).waitFor();
      const backup = await patient.backup();
      await patient.remove();

      await patient.restore(backup);
      await home.page.getByText("Your policy was found on the chain").waitFor();
      const client = new ClaimsClient(world.config.contracts.claims, provider);
      expect(await client.owedOf(1n)).to.equal(25_000_000n);
      await patient.payOut();
      await patient.money.getByText(`25.00 tUSDC went to ${await client.payeeOf(1n)}.`).waitFor();
      expect(await client.owedOf(1n)).to.equal(0n);

      await patient.press("Continue the log");
      await home.page.getByText("The attester continues your log from its last head.").waitFor();
      // The day that was sealed before is paid, and what was in it is gone: the page says so.
      await home.page.getByText("not in this vault").first().waitFor({ state: "attached" });
      // The log goes on: the day that runs now is sealed, and the attester accepts its head.
      await patient.seal(1);
    } finally {
      provider.destroy();
      await Promise.all([desk.close(), home.close()]);
    }
  });
});
