// SPDX-License-Identifier: GPL-3.0-or-later
import { createHmac, randomBytes } from "node:crypto";
import { VitalproofError } from "@vitalproof/sdk";
import type { Handle, PKCS11 } from "pkcs11js";
import type { TokenKeyConfig } from "../config.ts";
import { secretOf } from "../secrets.ts";
import { returnValueOf } from "./library.ts";
import type { TokenModule } from "./module.ts";

/** A token and the PIN of its user. */
export type TokenConfig = Omit<TokenKeyConfig, "kind" | "label">;

/** Lives as long as the process, so that a fingerprint says nothing about a PIN outside it. */
const fingerprintKey = randomBytes(32);

/**
 * Opens a session with a token and logs in.
 *
 * @param writable for a session that makes keys
 * @throws TOKEN_UNUSABLE when no token or more than one has the label; TOKEN_PIN_WRONG; PASSPHRASE_REQUIRED and what
 *         else `secretOf` throws for the PIN; errors of pkcs11js
 */
export async function openSession(
  module: TokenModule,
  functions: PKCS11,
  config: TokenConfig,
  { writable = false }: { writable?: boolean } = {},
): Promise<Handle> {
  const { CKF_SERIAL_SESSION, CKF_RW_SESSION } = module.library;
  // Before the session, so that nothing waits while one is half open.
  const pin = await secretOf({
    what: `the PIN of the token ${config.token}`,
    file: config.pinFile,
    env: config.pinEnv,
  });
  const slot = slotOf(functions, config);
  const session = functions.C_OpenSession(slot, CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0));
  try {
    login(module, functions, session, config.token, pin);
  } catch (error) {
    closeSession(functions, session);
    throw error;
  }
  return session;
}

/** Closes a session that may be lost already. */
export function closeSession(functions: PKCS11, session: Handle): void {
  try {
    functions.C_CloseSession(session);
  } catch (error) {
    if (returnValueOf(error) === undefined) throw error;
  }
}

function slotOf(functions: PKCS11, { module, token }: TokenConfig): Handle {
  const labels: string[] = [];
  const found = functions.C_GetSlotList(true).filter((slot) => {
    const label = labelIn(functions, slot);
    if (label !== undefined) labels.push(label);
    return label === token;
  });
  if (found.length === 1) return found[0]!;
  const details = { module, token, labels: labels.filter((label) => label !== "") };
  if (found.length === 0) {
    throw new VitalproofError("TOKEN_UNUSABLE", `There is no token labelled ${token}.`, {
      details,
      hint: "Check that it is plugged in, and its label (`softhsm2-util --show-slots`, `pkcs11-tool -L`).",
    });
  }
  throw new VitalproofError("TOKEN_UNUSABLE", `${found.length} tokens are labelled ${token}.`, {
    details,
    hint: "Unplug all but one of them, or give one another label.",
  });
}

/** @returns undefined for a token that was removed since the slots were listed */
function labelIn(functions: PKCS11, slot: Handle): string | undefined {
  try {
    return functions.C_GetTokenInfo(slot).label.replace(/[\0 ]+$/, "");
  } catch (error) {
    if (returnValueOf(error) === undefined) throw error;
    return undefined;
  }
}

function login(module: TokenModule, functions: PKCS11, session: Handle, token: string, pin: string): void {
  const { CKU_USER } = module.library;
  const fingerprint = createHmac("sha256", fingerprintKey).update(pin).digest("hex");
  // A service that starts a loop with a wrong PIN would lock the token.
  if (module.refused.get(token) === fingerprint) throw refusedPin(token, "CKR_PIN_INCORRECT");
  try {
    try {
      functions.C_Login(session, CKU_USER, pin);
    } catch (error) {
      if (returnValueOf(error) !== "CKR_USER_ALREADY_LOGGED_IN") throw error;
      if (module.loggedIn.get(token) === fingerprint) return;
      // Another PIN is logged in, and only a new login says whether this one is right. Other sessions log in again.
      functions.C_Logout(session);
      module.loggedIn.delete(token);
      functions.C_Login(session, CKU_USER, pin);
    }
    module.loggedIn.set(token, fingerprint);
    module.refused.delete(token);
  } catch (error) {
    const value = returnValueOf(error);
    if (value === undefined || !/_PIN_/.test(value)) throw error;
    // A locked or expired PIN may be right once the token's officer has reset it.
    if (/INCORRECT|INVALID|LEN_RANGE/.test(value)) module.refused.set(token, fingerprint);
    throw refusedPin(token, value);
  }
}

const PIN_HINTS: Readonly<Record<string, string>> = {
  CKR_PIN_LOCKED: "Too many wrong ones were tried. The token's security officer can set a new PIN.",
  CKR_PIN_EXPIRED: "Set a new PIN with the token's own tool.",
  CKR_USER_PIN_NOT_INITIALIZED: "Set a PIN with the token's own tool.",
};

function refusedPin(token: string, value: string): VitalproofError {
  return new VitalproofError("TOKEN_PIN_WRONG", `The token ${token} refuses the PIN (${value}).`, {
    details: { token, value },
    hint:
      PIN_HINTS[value] ??
      "Correct the file or variable. The same PIN is not tried again before a restart: that could lock the token.",
  });
}
