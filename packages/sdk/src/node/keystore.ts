// SPDX-License-Identifier: GPL-3.0-or-later
import { Wallet } from "ethers";
import { VitalproofError } from "../errors.ts";

/**
 * Opens an Ethereum JSON keystore, version 3.
 *
 * @param file its name, for errors
 * @param onProgress is told a share from 0 to 1
 * @throws PASSPHRASE_WRONG; FILE_NOT_UNDERSTOOD for what is not a keystore
 */
export async function openKeystore(
  text: string,
  passphrase: string,
  file: string,
  onProgress?: (share: number) => void,
): Promise<Wallet> {
  try {
    const { privateKey } = await Wallet.fromEncryptedJson(text, passphrase, onProgress);
    return new Wallet(privateKey);
  } catch (error) {
    // The cause is not kept: ethers puts what it was given into its messages.
    const wrong = error instanceof Error && /incorrect password/i.test(error.message);
    if (wrong) {
      throw new VitalproofError("PASSPHRASE_WRONG", `${file} does not open with this passphrase.`, {
        details: { file },
      });
    }
    throw new VitalproofError("FILE_NOT_UNDERSTOOD", `${file} is not an encrypted JSON keystore.`, {
      details: { file },
      hint: "`vitalproof keystore new --out FILE` makes one; those of Geth and ethers work as well.",
    });
  }
}
