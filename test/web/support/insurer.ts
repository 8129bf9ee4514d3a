// SPDX-License-Identifier: GPL-3.0-or-later
import type { Page } from "playwright-core";
import { type Hands, pointer } from "./hands.ts";
import type { Stage } from "./stage.ts";

/** The insurer's side of a page, worked by a pointer or by keys. */
export class InsurerPage {
  readonly page: Page;
  readonly #stage: Stage;
  readonly #hands: Hands;

  constructor(page: Page, stage: Stage, hands: Hands = pointer(page)) {
    this.page = page;
    this.#stage = stage;
    this.#hands = hands;
  }

  /** Opens a page, "#/insurer", with a wallet of the demonstration. */
  async connect(route: string, wallet = "Demo insurer"): Promise<void> {
    await this.page.goto(`${this.#stage.url}/${route}`);
    await this.#hands.press(this.page.getByRole("button", { name: "Connect a wallet" }));
    await this.#hands.press(this.page.getByRole("dialog").getByRole("button", { name: wallet }));
  }

  async go(link: string): Promise<void> {
    await this.#hands.press(this.page.getByRole("navigation").getByRole("link", { name: link, exact: true }));
  }

  /** Publishes the program that the page proposes, and goes to it. */
  async publish(): Promise<void> {
    await this.#hands.press(this.page.getByRole("button", { name: "Review and publish" }));
    await this.#signed();
    await this.#hands.press(this.page.getByRole("dialog").getByRole("link", { name: /^Open program/ }));
  }

  /** Pays 500 tUSDC into the program that is open, test tokens that are made for it. */
  async fund(): Promise<void> {
    await this.#hands.press(this.page.getByRole("button", { name: "Fund" }));
    await this.#hands.write(this.page.getByLabel("Amount, tUSDC"), "500");
    await this.#hands.press(this.page.getByRole("button", { name: "Continue" }));
    await this.sign();
  }

  /** Issues a policy on the application that lies in the mailbox. */
  async issue(): Promise<void> {
    await this.#hands.press(this.page.getByRole("button", { name: "Take" }));
    await this.#hands.press(this.page.getByRole("button", { name: /^Issue|Review and issue/ }));
    await this.sign();
  }

  /** Signs what the dialog of a plan asks for, waits until every transaction is final, and closes it. */
  async sign(button: string | RegExp = /^Sign/): Promise<void> {
    await this.#signed(button);
    await this.#hands.press(this.page.getByRole("dialog").getByText("Close", { exact: true }));
  }

  async #signed(button: string | RegExp = /^Sign/): Promise<void> {
    const dialog = this.page.getByRole("dialog");
    await this.#hands.press(dialog.getByRole("button", { name: button }));
    await dialog.getByText(/^✓/).waitFor();
  }
}
