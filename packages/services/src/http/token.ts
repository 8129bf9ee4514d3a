// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash, randomBytes } from "node:crypto";

/** What every token begins with, so that scanners find one that was committed or posted. */
export const TOKEN_PREFIX = "vitalproof_";
const FORM = new RegExp(`^${TOKEN_PREFIX}[A-Za-z0-9_-]{43}$`);

/** A new bearer token of 256 random bits. It is shown once; services keep its SHA-256. */
export function newToken(): { token: string; sha256: string } {
  const token = TOKEN_PREFIX + randomBytes(32).toString("base64url");
  return { token, sha256: sha256Of(token).toString("hex") };
}

/** Whether a text can be a token at all: others cost no look-up. */
export function isToken(text: string): boolean {
  return FORM.test(text);
}

export function sha256Of(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
