// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";

/** The pictures in docs/dapp.md, by the names of their files. */
export const PICTURES = [
  "programs",
  "program",
  "new-program",
  "issue",
  "signing",
  "patient-start",
  "patient-days",
  "patient-proving",
  "patient-claims",
  "patient-revealed",
  "looked-offer",
  "looked",
  "audits",
  "audit",
  "phone-dark",
] as const;

export const PICTURE_FOLDER = join(import.meta.dirname, "../../../docs/dapp");
/** Whether this run takes the pictures anew: their bytes differ from machine to machine. */
export const TAKES_PICTURES = process.env.PICTURES === "1";

/** Takes a picture for docs/dapp.md of what is seen, in runs that do. */
export async function picture(what: Page | Locator, name: (typeof PICTURES)[number]): Promise<void> {
  if (!TAKES_PICTURES) return;
  await what.screenshot({ path: join(PICTURE_FOLDER, `${name}.png`), animations: "disabled" });
}
