// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a patient's page meets when things go wrong, with real proofs: a bad day, a page that is closed while it proves,
// the same day claimed twice from two devices, a consent that was revoked meanwhile, a network that goes away.
import { readFile } from "node:fs/promises";
import { ClaimsClient } from "@vitalproof/sdk";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import type { Page } from "playwright-core";
import { expectAccessibleInBoth } from "./support/axe.ts";
import { InsurerPage } from "./support/insurer.ts";
import { PatientPage } from "./support/patient.ts";
import { picture } from "./support/pictures.ts";
import { onStage, openPage } from "./support/stage.ts";

describe("dApp: what can go wrong for a patient", () => {
  const stage = onStage();

  it("is said, with its reason, and nothing is lost", async function () {
    this.timeout(600_000);
    const world = stage();
    const desk = await openPage(world);
    const phone = await openPage(world, { width: 360, faults: /ERR_INTERNET_DISCONNECTED/ });
    const laptop = await openPage(world);
    const provider = new JsonRpcProvider(`${world.url}/rpc`);
    const chain = new ClaimsClient(world.config.contracts.claims, provider);
    const stateOf = async (period: number) => (await chain.periodOf(1n, period)).state;
    try {
      const insurer = new InsurerPage(desk.page, world);
      await insurer.connect("#/insurer/new");
      await insurer.publish();
      await insurer.fund();
      const first = new PatientPage(phone.page, world);
      await first.create();
      await first.enrol();
      await first.apply(3);
      await insurer.go("Issue");
      await insurer.issue();
      await first.consent();
      await first.import(["good", "bad", "good"]);
      await first.seal(3);
      await first.unfold("Your days");
      await expectAccessibleInBoth(phone.page);
      await phone.page.setViewportSize({ width: 960, height: 780 });
      await picture(phone.page.getByRole("region", { name: "Your days" }), "patient-days");
      await phone.page.setViewportSize({ width: 360, height: 780 });

      // Closed while it proves: the next page begins where the last one stood.
      await first.beginProof();
      await first.claims.getByText("Making the proof").waitFor();
      await picture(first.claims, "patient-proving");
      await phone.page.close();
      const patient = new PatientPage(await phone.reopen(), world);
      await patient.page.goto(`${world.url}/#/patient`);
      await patient.unlock();
      await patient.claims.getByText(/was not finished when this page was closed\./).waitFor();
      await patient.prove();
      await patient.claims.getByText("The readings do not meet the terms.").waitFor();

      // The same person on another device, with the proof that was not sent yet.
      await patient.unfold("Keep your identity safe");
      const copy = await downloaded(patient.page, () => patient.press("Save a copy with the readings"));
      const other = new PatientPage(laptop.page, world);
      // Before the other device begins, so that a look that is under way ends before the claim.
      await sleep(patient.page);
      await other.restore(copy);
      await other.claim();
      await other.claims.getByText(/The claim is on chain, in block/).waitFor();
      await patient.claim();
      // The same proof again has the same outcome.
      await patient.claims.getByText(/The claim is on chain, in block/).waitFor();
      expect(await chain.owedOf(1n), "paid for once").to.equal(25_000_000n);
      await wake(patient.page);

      // Consent revoked on one device while the other holds a proof.
      await patient.prove();
      await sleep(patient.page);
      await other.unfold("Your consent");
      await other.revoke();
      await other.page.getByText("Your consent is revoked permanently.").waitFor();
      await patient.claim();
      await patient.claims.getByText(/The claim was not settled\. A claim takes an active consent/).waitFor();
      expect(await stateOf(2)).to.equal("open");
      await wake(patient.page);
      await patient.claims.getByText("A claim takes an active consent.", { exact: true }).waitFor();
      await patient.consent();

      // The network goes away with the claim in hand, and comes back.
      await patient.page.context().setOffline(true);
      await patient.claim();
      await patient.claims
        .getByRole("alert")
        .getByText(/cannot be reached/)
        .waitFor();
      await patient.page.context().setOffline(false);
      await patient.claim();
      await patient.claims.getByText(/The claim is on chain, in block/).waitFor();
      expect(await Promise.all([0, 1, 2].map(stateOf))).to.deep.equal(["credited", "open", "credited"]);
      await picture(patient.claims, "patient-claims");
      await patient.unfold("What was revealed, and what stays here");
      await picture(patient.page.getByRole("region", { name: /^What was revealed/ }), "patient-revealed");
      await patient.page.emulateMedia({ colorScheme: "dark" });
      await patient.page.evaluate(() => window.scrollTo(0, 0));
      await picture(patient.page, "phone-dark");
      await expectAccessibleInBoth(patient.page);
    } finally {
      await Promise.all([desk.close(), phone.close(), laptop.close()]);
      provider.destroy();
    }
  });

  /** A page that nobody sees does not look at the chain, and so learns nothing of what others do. */
  async function sleep(page: Page): Promise<void> {
    await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
  }

  async function wake(page: Page): Promise<void> {
    await page.evaluate(() =>
      Object.defineProperty(document, "hidden", { value: false, configurable: true }),
    );
  }

  async function downloaded(page: Page, press: () => Promise<void>): Promise<string> {
    const [download] = await Promise.all([page.waitForEvent("download"), press()]);
    return readFile(await download.path(), "utf8");
  }
});
