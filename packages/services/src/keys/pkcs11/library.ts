// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** The package pkcs11js. Its types go no further than this folder: the package is optional. */
export type Library = typeof import("pkcs11js");

/**
 * pkcs11js, loaded when a token is first needed. It is native and optional: services without tokens run without it.
 * @throws TOKEN_UNUSABLE when it is not installed or was not built
 */
export async function loadLibrary(
  load: () => Promise<{ default: Library }> = () => import("pkcs11js"),
): Promise<Library> {
  try {
    return (await load()).default;
  } catch (cause) {
    throw new VitalproofError(
      "TOKEN_UNUSABLE",
      "Keys in tokens need the package pkcs11js, which does not load.",
      {
        hint: "Install a C++ compiler, make and Python (Debian: build-essential python3), then `npm install pkcs11js`.",
        cause,
      },
    );
  }
}

/** The return value in an error of the library, such as CKR_PIN_INCORRECT; undefined for other errors. */
export function returnValueOf(error: unknown): string | undefined {
  // Not by class: pkcs11js throws some of its errors as plain ones.
  return error instanceof Error ? /^CKR_[A-Z0-9_]+/.exec(error.message)?.[0] : undefined;
}
