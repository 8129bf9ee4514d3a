// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a patient does in the page, and what an insurer does for one, for tests that tell a whole story.
import { syntheticClarity } from "@vitalproof/sdk";
import type { Locator, Page } from "playwright-core";
import { connectInsurer, fund, type Stage, signAll } from "./stage.ts";

const PASSPHRASE = "four words nobody knows";

/** Publishes and funds the first program, as the demonstration's insurer. */
export async function publish(page: Page, world: Stage): Promise<void> {
  await connectInsurer(page, `${world.url}/#/insurer/new`);
  await page.getByRole("button", { name: "Review and publish" }).click();
  await signAll(page);
  await fund(page, world);
}

/** Issues the policy that a patient has applied for. */
export async function issue(page: Page, { url }: Stage): Promise<void> {
  await page.goto(`${url}/#/insurer/issue`);
  await page.getByRole("button", { name: "Take" }).click();
  await page.getByRole("button", { name: /^Issue|Review and issue/ }).click();
  await signAll(page);
}

/** Creates a vault and enrols with days in UTC. */
export async function enrol(page: Page, { url }: Stage): Promise<void> {
  await page.goto(`${url}/#/patient`);
  await page.getByLabel("New passphrase").fill(PASSPHRASE);
  await page.getByLabel("The same again").fill(PASSPHRASE);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByLabel("Time zone of your days").fill("UTC");
  await page.getByRole("button", { name: "Enrol" }).click();
  await page.getByText("The clinic opened your log.").waitFor();
}

/** Applies for a policy. @param payee account to be paid; left out for the policy's own */
export async function apply(
  page: Page,
  { periods, payee }: { periods: number; payee?: string },
): Promise<void> {
  await page.getByLabel("Number of periods").fill(String(periods));
  if (payee !== undefined) await page.getByLabel("Account to be paid at").fill(payee);
  await page.getByRole("button", { name: /^Prove who you are/ }).click();
  await page.getByText("The clinic signed, and the insurer has your application.").waitFor();
}

/** Imports days that begin with the first one of the policy, and seals and sends them as they end. */
export async function importAndSeal(
  page: Page,
  world: Stage,
  days: readonly ("good" | "bad")[],
): Promise<void> {
  const readings = page.getByRole("region", { name: "Your readings" });
  await readings.getByLabel("Time zone of the file").fill("UTC");
  await readings.locator("input[type=file]").setInputFiles({
    name: "export.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(syntheticClarity({ firstDay: await firstDay(page, world), days: [...days] })),
  });
  await page.getByText(/readings in the file, \d+ taken/).waitFor();
  const seal = readings.getByRole("button", { name: "Seal and send" });
  for (const _ of days) {
    await passTime(page, seal);
    await seal.click();
    await page.getByText("The clinic took 1 sealed day.").waitFor();
  }
}

/** Presses the demonstration's clock, from one moment to the next, until something can be done. */
export async function passTime(page: Page, wanted: Locator): Promise<void> {
  const clock = page.getByRole("button", { name: /^Let time pass until/ });
  const can = async (button: Locator) => (await button.count()) > 0 && (await button.isEnabled());
  let said: string | null = null;
  for (const until = Date.now() + 300_000; Date.now() < until; await page.waitForTimeout(100)) {
    if (await can(wanted)) return;
    // What it said before is what it says until the page has looked at the chain again.
    if (!(await can(clock)) || (await clock.textContent()) === said) continue;
    said = await clock.textContent();
    await clock.click();
  }
  throw new Error("The clock leads nowhere.");
}

/** The first day that the policy covers: the one after the chain's. */
async function firstDay(page: Page, { url }: Stage): Promise<string> {
  const { now } = (await (await page.request.get(`${url}/demo/clock`)).json()) as { now: number };
  return new Date((Math.floor(now / 86_400) + 1) * 86_400_000).toISOString().slice(0, 10);
}
