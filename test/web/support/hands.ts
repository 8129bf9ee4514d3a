// SPDX-License-Identifier: GPL-3.0-or-later
import type { Locator, Page } from "playwright-core";

/** A file that a person gives to a page. */
export type GivenFile = { name: string; mimeType: string; buffer: Buffer };

/** How somebody works a page. */
export interface Hands {
  /** Presses a button or a link. */
  press(target: Locator): Promise<void>;
  /** Writes into a field, over what is in it. */
  write(target: Locator, text: string): Promise<void>;
  /** Gives a file by the button that asks for one. */
  give(button: Locator, file: GivenFile): Promise<void>;
}

/** With a pointer. */
export function pointer(page: Page): Hands {
  return {
    press: (target) => target.click(),
    write: (target, text) => target.fill(text),
    give: (button, file) => chosen(page, () => button.click(), file),
  };
}

/** Places that the focus may pass on its way round a page. */
const ROUND = 400;

/** With the keyboard alone: the focus goes by Tab, from where it is. */
export function keyboard(page: Page): Hands {
  const reach = async (target: Locator): Promise<void> => {
    await target.waitFor();
    const there = () => target.evaluate((element) => element === document.activeElement);
    for (let stops = 0; stops < ROUND; stops++) {
      if (await there()) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`The focus does not come to ${target} by Tab.`);
  };
  /** What cannot be done yet cannot be reached either: it takes no focus. */
  const enabled = async (target: Locator): Promise<void> => {
    await target.waitFor();
    for (const until = Date.now() + 120_000; !(await target.isEnabled()); await page.waitForTimeout(50))
      if (Date.now() > until) throw new Error(`${target} stays disabled.`);
  };
  return {
    async press(target) {
      await enabled(target);
      await reach(target);
      await page.keyboard.press("Enter");
    },
    async write(target, text) {
      await enabled(target);
      await reach(target);
      await page.keyboard.press("ControlOrMeta+A");
      await page.keyboard.type(text);
    },
    async give(button, file) {
      await enabled(button);
      await reach(button);
      await chosen(page, () => page.keyboard.press("Enter"), file);
    },
  };
}

async function chosen(page: Page, ask: () => Promise<void>, file: GivenFile): Promise<void> {
  // The page is told to hand over its file choosers, and a key press overtakes that message where the page is busy
  // (23 times of 30). An answer from the page shows that it was told.
  const pressed = async (): Promise<void> => {
    await page.evaluate(() => undefined);
    await ask();
  };
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), pressed()]);
  await chooser.setFiles(file);
}
