// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every page of the dApp with something in it, by axe: no serious finding, in light and dark, and no sideways scrolling
// at 360 px.
import { expect } from "chai";
import { seriousFindings } from "./support/axe.ts";
import { connectInsurer, onStage, openPage } from "./support/stage.ts";

const ROUTES = [
  "#/insurer",
  "#/insurer/new",
  "#/insurer/issue",
  "#/insurer/programs/1",
  "#/patient",
  "#/nowhere",
];

describe("dApp: accessibility", () => {
  const stage = onStage("--scenario");

  for (const colorScheme of ["light", "dark"] as const) {
    for (const route of ROUTES) {
      it(`${route} in ${colorScheme}`, async function () {
        this.timeout(300_000);
        const { page, close } = await openPage(stage(), { width: 360, colorScheme });
        try {
          await page.goto(`${stage().url}/${route}`);
          await page.getByRole("heading").first().waitFor();
          await page.waitForLoadState("networkidle");
          expect(await seriousFindings(page)).to.deep.equal([]);
          const [wide, seen] = await page.evaluate(() => [
            document.documentElement.scrollWidth,
            document.documentElement.clientWidth,
          ]);
          expect(wide).to.be.at.most(seen!);
        } finally {
          await close();
        }
      });
    }
  }

  it("the dialogs of wallets and money", async function () {
    this.timeout(300_000);
    const { page, close } = await openPage(stage(), { width: 360 });
    try {
      await page.goto(`${stage().url}/#/insurer/programs/1`);
      await page.getByRole("button", { name: "Connect a wallet" }).click();
      await page.getByRole("dialog").waitFor();
      expect(await seriousFindings(page)).to.deep.equal([]);
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /Demo insurer/ })
        .click();
      await page.getByRole("button", { name: "Fund" }).click();
      await page.getByLabel("Amount, tUSDC").fill("1");
      expect(await seriousFindings(page)).to.deep.equal([]);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("button", { name: /^Sign/ }).waitFor();
      expect(await seriousFindings(page)).to.deep.equal([]);
    } finally {
      await close();
    }
  });

  it("the dialogs of a policy and its payment, in the dark", async function () {
    this.timeout(300_000);
    const { page, close } = await openPage(stage(), { width: 360, colorScheme: "dark" });
    try {
      await connectInsurer(page, `${stage().url}/#/insurer/programs/1`);
      await page.getByRole("button", { name: "Open policy 1" }).click();
      await page.getByRole("region", { name: "Unclaimed periods" }).waitFor();
      expect(await seriousFindings(page)).to.deep.equal([]);
      await page.getByRole("button", { name: "Pay out" }).click();
      await page.getByText(/^100\.00 tUSDC, the benefit of 4 periods, go to 0x/).waitFor();
      expect(await seriousFindings(page)).to.deep.equal([]);
    } finally {
      await close();
    }
  });
});
