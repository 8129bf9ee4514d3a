// SPDX-License-Identifier: GPL-3.0-or-later
//
// "Who looked at my data" in headless Chromium: from a hospital's offer to a revocation by force, with the contracts and a
// real proof of the patient's.
import { readFile } from "node:fs/promises";
import { REVOCATION_REQUEST } from "@vitalproof/sdk/ledger";
import { parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import type { Locator, Page } from "playwright-core";
import { expectAccessibleInBoth } from "./support/axe.ts";
import { keyboard } from "./support/hands.ts";
import { Hospital } from "./support/hospital.ts";
import { InsurerPage } from "./support/insurer.ts";
import { PatientPage } from "./support/patient.ts";
import { picture } from "./support/pictures.ts";
import { onStage, openPage } from "./support/stage.ts";

/** Physicians and nurses, for treatment and payment, laboratory results and medication. */
const RIGHTS = { roles: 0b11, purposes: 0b11, classes: 0b110, until: 40_000_000 };
const HOSPITAL = "St. Example Hospital";

/** Text of the file that something hands to the browser's downloads. */
async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

describe("dApp: who looked at my data", () => {
  const stage = onStage();

  it("offer, signature, accesses, files and a revocation by force; nothing is shown as given before the chain has it", async function () {
    this.timeout(300_000);
    const world = stage();
    const hospital = new Hospital(world);
    const home = await openPage(world, { width: 360 });
    const { page } = home;
    const patient = new PatientPage(page, world);
    const hands = keyboard(page);
    const button = (name: string | RegExp): Locator => page.getByRole("button", { name });
    const consents = page.getByRole("region", { name: "Your consents" });
    const looks = page.getByRole("region", { name: "Who looked", exact: true });
    const terms = page.getByRole("region", { name: "What this consent allows" });
    const sent: { path: string; body: string }[] = [];
    page.on("request", (request) => {
      const body = request.postData();
      if (body !== null) sent.push({ path: new URL(request.url()).pathname, body });
    });
    try {
      await hospital.open();
      await patient.create();
      // One vault is open for both parts.
      await hands.press(page.getByRole("link", { name: "Who looked at my data" }));

      // An offer for another chain is not signed, and says why.
      const elsewhere = await hospital.offer(RIGHTS, {
        address: { chainId: 1n, ledger: world.config.contracts.ledger, page: 1n },
      });
      await hands.give(button("Open a hospital’s offer"), elsewhere);
      await page.getByText("This offer is for another network or another register.").waitFor();

      // The demonstration's own hospital is known by name. Its offers have real proofs behind them (dappHospital.test.ts).
      const { text } = await saved(page, () => hands.press(button("Get an offer")));
      const file = { name: "demo.json", mimeType: "application/json", buffer: Buffer.from(text) };
      await hands.give(button("Open a hospital’s offer"), file);
      await terms.getByText("Demo hospital itself, and nobody else.").waitFor();

      const offer = await hospital.offer(RIGHTS);
      await hands.give(button("Open a hospital’s offer"), offer);
      await terms.getByText("Not known to this page by name.").waitFor();
      for (const text of ["Physician", "Nurse", "To treat the patient", "Laboratory results", "Medication"])
        expect(await terms.getByText(text, { exact: true }).count(), text).to.equal(1);
      expect(await terms.getByText("For research").count()).to.equal(0);
      await terms.getByText(hospital.account).waitFor();
      // The page does not know the account: the patient says whose it is.
      expect(await button("Sign this consent").isEnabled()).to.equal(false);
      await hands.write(terms.getByLabel("The hospital’s name, for your list"), HOSPITAL);
      await expectAccessibleInBoth(page);
      await picture(terms, "looked-offer");
      const answer = await saved(page, () => hands.press(button("Sign this consent")));
      expect(answer.name).to.equal("vitalproof-consent-answer.json");
      await consents.getByText("Signed, not given yet").waitFor();
      expect(await consents.getByText("Given", { exact: true }).count()).to.equal(0);
      expect(await looks.getByText("Nobody is reported to have looked.").count()).to.equal(1);

      // What was signed survives a reload, and the answer is the same again.
      await page.reload();
      await patient.unlock();
      const again = await saved(page, () => hands.press(button("Save the answer again")));
      expect(again.text).to.equal(answer.text);

      await hospital.enter(answer.text);
      await hospital.passTime(60);
      await hospital.log([
        { slot: 0, actor: 5, role: 1, purpose: 0, class: 2, minute: 10, glass: 0 },
        { slot: 0, actor: 9, role: 0, purpose: 0, class: 6, minute: 30, glass: 1 },
      ]);
      await hospital.passTime(120);
      await hospital.log([{ slot: 0, actor: 7, role: 0, purpose: 1, class: 1, minute: 3, glass: 0 }], 20);

      await consents.getByText("Given", { exact: true }).waitFor();
      await consents.getByText(/^Given since .*exactly what you signed\.$/).waitFor();
      await looks.getByText("3 looks reported, 1 in an emergency.").waitFor();
      const rows = looks.getByRole("list", { name: "Looks, the latest first" }).getByRole("listitem");
      expect(await rows.count()).to.equal(3);
      const [last, emergency, first] = await rows.allInnerTexts();
      expect(last).to.match(
        /Physician, staff number 7[\s\S]*To bill or pay for care[\s\S]*Laboratory results/,
      );
      expect(emergency).to.match(/Emergency, outside of your consent[\s\S]*number 9[\s\S]*Mental health/);
      expect(first).to.match(/Nurse, staff number 5[\s\S]*To treat the patient[\s\S]*Medication/);
      expect(await looks.getByText("Emergency, outside of your consent").count()).to.equal(1);
      // Of three hours, the hospital said nothing about a hundred minutes.
      await looks.getByText("For these times the hospital said nothing").waitFor();
      expect(await looks.getByText(`${HOSPITAL}: `).count()).to.equal(1);
      await expectAccessibleInBoth(page);
      await picture(looks, "looked");
      // Words of the design are not for patients.
      expect(await page.locator("main").innerText()).to.not.match(
        /\b(slots?|leaf|leaves|nonce|handle|custodian)\b/i,
      );

      const printed = await saved(page, () => hands.press(button("Save a page to print")));
      expect(printed.text)
        .to.match(/^<!doctype html>/)
        .and.contain(HOSPITAL);
      expect(printed.text).to.contain("Emergency: outside of the consent").and.not.contain("<script");
      const table = await saved(page, () => hands.press(button("Save as a table (CSV)")));
      expect(table.text.trim().split("\r\n")).to.have.lengthOf(4);
      const fhir = await saved(page, () => hands.press(button("Save for health software (FHIR)")));
      const bundle = JSON.parse(fhir.text) as { entry: { resource: { resourceType: string } }[] };
      const events = bundle.entry.filter(({ resource }) => resource.resourceType === "AuditEvent");
      expect(events).to.have.lengthOf(3);

      // The first choice costs nothing, and does not pretend to hold yet.
      await hands.press(button("Revoke this consent"));
      await expectAccessibleInBoth(page);
      const request = await saved(page, () =>
        hands.press(page.getByRole("dialog").getByRole("button", { name: "Ask the hospital" })),
      );
      expect(parseDocument(REVOCATION_REQUEST, request.text, request.name).slot).to.equal(0);
      await consents.getByText("Given, you asked to end it").waitFor();
      expect(await hospital.isLive(0)).to.equal(true);

      // By force: not without a wallet, and not without the warning.
      await button("Revoke this consent").click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /by force/ })
        .click();
      const force = page.getByRole("dialog", { name: "Revoke now, by force?" });
      await force.getByText("Your account becomes linked to this consent").waitFor();
      await force.getByText(/“Demo patient” has the money/).waitFor();
      expect(await force.getByRole("button", { name: "Prove it and go on" }).isEnabled()).to.equal(false);
      await expectAccessibleInBoth(page);
      await force.getByRole("button", { name: "Cancel" }).click();
      await button("Connect a wallet").click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /Demo patient/ })
        .click();
      await button("Revoke this consent").click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /by force/ })
        .click();
      await force.getByRole("button", { name: "Prove it and go on" }).click();
      await page.getByRole("dialog").getByText("Calls Health ledger").waitFor();
      await new InsurerPage(page, world).sign();
      await consents.getByText("Revoked", { exact: true }).waitFor();
      await consents.getByText(/^Revoked on .* by you alone\./).waitFor();
      expect(await hospital.isLive(0)).to.equal(false);
      expect(await button("Revoke this consent").count()).to.equal(0);

      // An emergency after the revocation still shows, marked.
      await hospital.passTime(10);
      await hospital.log([{ slot: 0, actor: 11, role: 0, purpose: 0, class: 3, minute: 1, glass: 1 }]);
      await looks.getByText("4 looks reported, 2 in an emergency.").waitFor();

      // Nothing went anywhere but to the chain's node, and there no secret.
      expect(
        [...new Set(sent.map(({ path }) => path))].filter(
          (path) => path !== "/rpc" && path !== "/demo/clock",
        ),
      ).to.deep.equal([]);
      const { secret } = parseDocument(REVOCATION_REQUEST, request.text, request.name);
      for (const { body } of sent) {
        expect(body).to.not.contain(secret.toString());
        expect(body).to.not.contain(secret.toString(16));
      }
    } finally {
      hospital.close();
      await home.close();
    }
  });
});
