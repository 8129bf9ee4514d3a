// SPDX-License-Identifier: GPL-3.0-or-later
import { Interface, type InterfaceAbi } from "ethers";

const interfaces = new WeakMap<object, Interface>();

/** An ABI as ethers understands it. Parsed once: that takes milliseconds, and many clients are made of one contract. */
export function interfaceOf(abi: Exclude<InterfaceAbi, string>): Interface {
  let found = interfaces.get(abi);
  if (found === undefined) {
    found = Interface.from(abi);
    interfaces.set(abi, found);
  }
  return found;
}
