// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every page of the dApp with something in it, by axe: no serious finding, in light and dark, and no sideways scrolling
// at 360 px.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { onStage, openPage } from "./support/stage.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ROUTES = [
  "#/insurer",
  "#/insurer/new",
  "#/insurer/issue",
  "#/insurer/programs/1",
  "#/patient",
  "#/audit",
  "#/audit/1",
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
          if (route === "#/audit/1") await page.getByRole("region", { name: "Verdict" }).waitFor();
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
});

/** What axe finds serious or critical: rule, and where. */
async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
}
