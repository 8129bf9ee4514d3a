// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_PAYOUT_ABI, ClaimsClient } from "@vitalproof/sdk";
import { Contract, Interface, type Signer } from "ethers";
import { ERC20 } from "../chain/erc20.ts";
import type { Config, TokenConfig } from "../config/config.ts";
import type { Step } from "./plan.ts";

const claims = new Interface(CLAIMS_PAYOUT_ABI);

/** A transaction of a token's. */
export function tokenStep(
  title: string,
  token: TokenConfig,
  method: "approve" | "mint",
  args: readonly unknown[],
): Step {
  return {
    title,
    call: () => ({ to: token.address, data: ERC20.encodeFunctionData(method, args) }),
    async send(signer) {
      const sent = await new Contract(token.address, ERC20, signer).getFunction(method)(...args);
      return sent.wait();
    },
  };
}

/** A transaction of the claims contract's; `args` are asked for when it is sent. */
export function claimsStep(
  config: Config,
  title: string,
  method: string,
  args: () => readonly unknown[],
  send: (client: ClaimsClient) => ReturnType<Step["send"]>,
): Step {
  const to = config.contracts.claims;
  return {
    title,
    call: () => ({ to, data: claims.encodeFunctionData(method, args()) }),
    send: (signer: Signer) => send(new ClaimsClient(to, signer)),
  };
}
