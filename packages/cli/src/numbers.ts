// SPDX-License-Identifier: GPL-3.0-or-later
import { FIELD, VitalproofError } from "@vitalproof/sdk";
import { InvalidArgumentError } from "commander";
import { getAddress, isAddress } from "ethers";

/** A whole number on the command line. For commander's options: its own error names the option. */
export function whole(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}

/** A number below 2^256: decimal, or hex after 0x. */
export function big(text: string): bigint {
  if (/^(\d{1,78}|0x[0-9a-fA-F]{1,64})$/.test(text) && BigInt(text) < 2n ** 256n) return BigInt(text);
  throw new InvalidArgumentError("It must be a whole number, decimal or hex after 0x.");
}

/** A field element: decimal, or hex after 0x. */
export function element(text: string): bigint {
  const value = big(text);
  if (value < FIELD) return value;
  throw new InvalidArgumentError("It must be a field element.");
}

/** An address in its checksum form. */
export function addressOption(text: string): string {
  if (isAddress(text)) return getAddress(text);
  throw new InvalidArgumentError(
    "It must be an address: 0x and 40 hex digits, with a right checksum if mixed.",
  );
}

/** @throws USAGE for an option that this use of the command needs */
export function needed<T>(value: T | undefined, option: string, why: string): T {
  if (value !== undefined) return value;
  throw new VitalproofError("USAGE", `${option} is needed ${why}.`, {
    details: { option },
    hint: "See --help.",
  });
}
