// SPDX-License-Identifier: GPL-3.0-or-later
import { Interface } from "ethers";

/** What the pages ask and tell a token. */
export const ERC20 = new Interface([
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function mint(address to, uint256 amount)",
]);
