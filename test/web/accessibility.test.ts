// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every page of the dApp with something in it, by axe: no serious finding, in light and dark, on a phone and on a desk,
// and no sideways scrolling. The patient's pages beyond the first are looked at where a patient gets to them
// (refusals.test.ts).

import { expectAccessible, expectAccessibleInBoth } from "./support/axe.ts";
import { InsurerPage } from "./support/insurer.ts";
import { type PICTURES, picture } from "./support/pictures.ts";
import { onScenario, openPage } from "./support/stage.ts";

/** Pages, and their pictures. */
const ROUTES: readonly (readonly [route: string, picture?: (typeof PICTURES)[number]])[] = [
  ["#/insurer", "programs"],
  ["#/insurer/new", "new-program"],
  ["#/insurer/issue", "issue"],
  ["#/insurer/programs/1", "program"],
  ["#/insurer/programs/2"],
  ["#/patient", "patient-start"],
  ["#/audit", "audits"],
  ["#/audit/1", "audit"],
  ["#/nowhere"],
];

describe("dApp: accessibility", () => {
  const stage = onScenario();

  for (const [route, name] of ROUTES) {
    it(route, async function () {
      this.timeout(300_000);
      const { page, close } = await openPage(stage());
      try {
        await page.goto(`${stage().url}/${route}`);
        await page.getByRole("heading").first().waitFor();
        if (route === "#/audit/1") await page.getByRole("region", { name: "Verdict" }).waitFor();
        await page.waitForLoadState("networkidle");
        if (name !== undefined) await picture(page, name);
        await expectAccessible(page);
        await page.setViewportSize({ width: 360, height: 780 });
        await expectAccessibleInBoth(page);
      } finally {
        await close();
      }
    });
  }

  it("the dialogs of wallets and money", async function () {
    this.timeout(300_000);
    const { page, close } = await openPage(stage(), { width: 360 });
    try {
      await page.goto(`${stage().url}/#/insurer/programs/1`);
      await page.getByRole("button", { name: "Connect a wallet" }).click();
      await page.getByRole("dialog").waitFor();
      await expectAccessibleInBoth(page);
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /Demo insurer/ })
        .click();
      await page.getByRole("button", { name: "Fund" }).click();
      await page.getByLabel("Amount, tUSDC").fill("1");
      await expectAccessibleInBoth(page);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText(/^About [\d,]+ gas/).waitFor();
      await expectAccessibleInBoth(page);
      await page.setViewportSize({ width: 1280, height: 900 });
      await picture(page, "signing");
    } finally {
      await close();
    }
  });

  it("the dialogs of a policy and its payment", async function () {
    this.timeout(300_000);
    const { page, close } = await openPage(stage(), { width: 360 });
    try {
      await new InsurerPage(page, stage()).connect("#/insurer/programs/1");
      await page.getByRole("button", { name: "Open policy 1" }).click();
      await page.getByRole("button", { name: "Pay out" }).waitFor();
      await expectAccessibleInBoth(page);
      await page.getByRole("button", { name: "Pay out" }).click();
      await page.getByText(/^\d+\.00 tUSDC, the benefit of \d+ periods, go to 0x/).waitFor();
      await expectAccessibleInBoth(page);
    } finally {
      await close();
    }
  });
});
