// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { type DayKind, syntheticClarity } from "@vitalproof/sdk";
import type { Locator, Page } from "playwright-core";
import { type Hands, pointer } from "./hands.ts";
import type { Stage } from "./stage.ts";

const PASSPHRASE = "four words nobody knows";
const CLOCK = /^Let time pass until/;

/** The patient's side of a page, worked by a pointer or by keys. */
export class PatientPage {
  readonly page: Page;
  readonly readings: Locator;
  readonly claims: Locator;
  readonly money: Locator;
  readonly #stage: Stage;
  readonly #hands: Hands;

  constructor(page: Page, stage: Stage, hands: Hands = pointer(page)) {
    this.page = page;
    this.#stage = stage;
    this.#hands = hands;
    this.readings = page.getByRole("region", { name: "Your readings" });
    this.claims = page.getByRole("region", { name: "Your claims" });
    this.money = page.getByRole("region", { name: "Your money" });
  }

  async create(): Promise<void> {
    const { page } = this;
    await page.goto(`${this.#stage.url}/#/patient`);
    await this.#hands.write(page.getByLabel("New passphrase"), PASSPHRASE);
    const again = page.getByLabel("The same again");
    const button = page.getByRole("button", { name: "Create" });
    await this.#hands.write(again, `${PASSPHRASE}x`);
    if (await button.isEnabled()) throw new Error("A passphrase that was mistyped once could be chosen.");
    await this.#hands.write(again, PASSPHRASE);
    await this.#hands.press(button);
  }

  /** After the page was closed. */
  async unlock(): Promise<void> {
    await this.#hands.write(this.page.getByLabel("Passphrase", { exact: true }), PASSPHRASE);
    await this.#hands.press(this.page.getByRole("button", { name: "Unlock" }));
  }

  /** The backup, as the page hands it to the browser's downloads. */
  async backup(): Promise<string> {
    const { page } = this;
    await this.unfold("Keep your identity safe");
    await this.#hands.write(page.getByLabel("Passphrase, for the backup"), PASSPHRASE);
    const saved = page.waitForEvent("download");
    await this.press("Save the backup");
    return readFile(await (await saved).path(), "utf8");
  }

  /** Locks the vault and removes it, as the dialog asks for it. */
  async remove(): Promise<void> {
    const { page } = this;
    await this.press("Lock");
    await this.press(/^Remove the identity/);
    const dialog = page.getByRole("dialog", { name: "Remove the identity" });
    const button = dialog.getByRole("button", { name: "Remove for good" });
    const word = dialog.getByLabel("Type “remove” to go on");
    if (await button.isEnabled()) throw new Error("The identity could be removed without the word.");
    await this.#hands.write(word, "removed");
    // Enter sends a form whose button is only shown as disabled.
    await word.press("Enter");
    if (await button.isEnabled()) throw new Error("The identity could be removed with another word.");
    await this.#hands.write(word, "remove");
    await this.#hands.press(button);
    await page.getByRole("heading", { name: "Create an identity" }).waitFor();
  }

  /** On another device, from the copy of a vault or from a backup. */
  async restore(copy: string): Promise<void> {
    const { page } = this;
    await page.goto(`${this.#stage.url}/#/patient`);
    await this.unfold("Or restore one");
    await this.#hands.write(page.getByLabel("Passphrase of the file"), PASSPHRASE);
    await this.#hands.give(page.getByRole("button", { name: "Choose the file" }), {
      name: "vitalproof-vault-copy.json",
      mimeType: "application/json",
      buffer: Buffer.from(copy),
    });
    await this.press("Restore");
  }

  async enrol(): Promise<void> {
    await this.#hands.write(this.page.getByLabel("Time zone of your days"), "UTC");
    await this.press("Enrol");
    await this.page.getByText("The attester opened your log.").waitFor();
  }

  /** @param payee account to be paid; left out for the policy's own */
  async apply(periods: number, payee?: string): Promise<void> {
    // Nothing is chosen for the patient.
    await this.page.getByText("Choose a program first.").waitFor();
    await this.#hands.press(this.page.getByRole("button", { name: /^Program 1: / }));
    await this.#hands.write(this.page.getByLabel("Number of periods"), String(periods));
    // Amount and review are there before anything is sent.
    const offer = this.page.getByRole("region", { name: "What program 1 offers" });
    await offer.getByText(new RegExp(`^At most ${25 * periods}\\.00 tUSDC for ${periods} period`)).waitFor();
    await offer.getByText("None. A valid claim is credited at once").waitFor();
    if (payee !== undefined) await this.#hands.write(this.page.getByLabel("Account to be paid at"), payee);
    await this.press(/^Prove who you are/);
    await this.page.getByText("The attester signed, and the insurer has your application.").waitFor();
  }

  async consent(): Promise<void> {
    await this.press("I consent");
    await this.page.getByText("Your consent is on record.").waitFor();
  }

  /** Gives a made-up file of the first days that the policy covers. */
  async import(days: readonly DayKind[]): Promise<void> {
    const file = syntheticClarity({ firstDay: await this.#firstDay(), days });
    await this.#hands.write(this.readings.getByLabel("Time zone of the file"), "UTC");
    await this.#hands.give(this.readings.getByRole("button", { name: "Import a file" }), {
      name: "export.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(file),
    });
    await this.page.getByText(/readings in the file, \d+ taken/).waitFor();
  }

  /** Lets day after day pass, and seals and sends each. */
  async seal(days: number): Promise<void> {
    const seal = this.readings.getByRole("button", { name: "Seal and send" });
    for (let day = 0; day < days; day++) {
      await this.passTime(seal);
      await this.#hands.press(seal);
      const taken = this.page.getByText("The attester took 1 sealed day.");
      const anyway = this.page.getByRole("button", { name: "Seal anyway" });
      await taken.or(anyway).first().waitFor();
      if (await anyway.isVisible()) await this.#hands.press(anyway);
      await taken.waitFor();
    }
  }

  /** Revokes the consent, and says yes to the question that comes first. */
  async revoke(): Promise<void> {
    await this.press("Revoke the consent");
    await this.#hands.press(this.page.getByRole("button", { name: "Revoke permanently" }));
  }

  /** Buttons of the periods that can be proven. */
  get proofs(): Locator {
    return this.claims.getByRole("button", { name: /^Prove / });
  }

  async prove(): Promise<void> {
    await this.beginProof();
    await this.claims.getByText(/is proven\. Nothing was sent yet\./).waitFor({ timeout: 120_000 });
  }

  async beginProof(): Promise<void> {
    await this.passTime(this.proofs.first());
    await this.#hands.press(this.proofs.first());
  }

  async claim(): Promise<void> {
    await this.#hands.press(this.claims.getByRole("button", { name: /^Claim / }));
  }

  /** Unfolds a part of the page. */
  async unfold(title: string): Promise<void> {
    const part = this.page.getByRole("region", { name: title }).locator("details").first();
    if ((await part.getAttribute("open")) === null) await this.#hands.press(part.locator("summary").first());
  }

  async payOut(): Promise<void> {
    await this.#hands.press(this.money.getByRole("button", { name: /^Pay out / }));
  }

  async press(name: string | RegExp): Promise<void> {
    await this.#hands.press(this.page.getByRole("button", { name }));
  }

  /** Presses the demonstration's clock, from one moment to the next, until something can be done. */
  async passTime(wanted: Locator): Promise<void> {
    const { page } = this;
    const clock = page.getByRole("button", { name: CLOCK });
    let said: string | undefined;
    for (const until = Date.now() + 300_000; Date.now() < until; await page.waitForTimeout(100)) {
      // One look for both: the page may change between two, and the clock would go past the moment that was waited for.
      const enabled = await wanted
        .or(clock)
        .evaluateAll((buttons) =>
          buttons
            .filter((button) => !button.matches(":disabled, [aria-disabled=true]"))
            .map((button) => button.textContent ?? ""),
        );
      if (enabled.some((text) => !CLOCK.test(text))) return;
      // What it said before is what it says until the page has looked at the chain again.
      const says = enabled.find((text) => CLOCK.test(text));
      if (says === undefined || says === said) continue;
      said = says;
      await this.#hands.press(clock);
    }
    throw new Error("The clock leads nowhere.");
  }

  /** The first day that the policy covers: the one after the chain's. */
  async #firstDay(): Promise<string> {
    const answer = await this.page.request.get(`${this.#stage.url}/demo/clock`);
    const { now } = (await answer.json()) as { now: number };
    return new Date((Math.floor(now / 86_400) + 1) * 86_400_000).toISOString().slice(0, 10);
  }
}
