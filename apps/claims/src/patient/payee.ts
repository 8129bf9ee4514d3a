// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { getAddress, isAddress, ZeroAddress } from "ethers";

/**
 * The account that a person wants to be paid at, as an attestation has it: nothing entered means the policy's own
 * account, which is the zero address there.
 * @param contracts addresses that can do nothing with money: it would be lost there
 * @throws INVALID_ARGUMENT for a text that is not an account's address
 */
export function payeeOf(text: string, contracts: readonly string[]): string {
  const entered = text.trim();
  if (entered === "") return ZeroAddress;
  if (!entered.startsWith("0x") || !isAddress(entered)) {
    throw new VitalproofError("INVALID_ARGUMENT", `"${entered.slice(0, 60)}" is not an account's address.`, {
      details: { length: entered.length },
      hint: "Copy it from your wallet: 0x and 40 characters, in which one changed character is noticed.",
    });
  }
  const address = getAddress(entered);
  const lost = [ZeroAddress, ...contracts].some((each) => each.toLowerCase() === address.toLowerCase());
  if (!lost) return address;
  throw new VitalproofError("INVALID_ARGUMENT", `${address} cannot receive payments.`, {
    details: { address },
    hint: "Money sent there would be lost. Enter the address of your own account.",
  });
}
