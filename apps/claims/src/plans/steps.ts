// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CLAIMS_PAYOUT_ABI,
  ClaimsClient,
  CUSTODY_ABI,
  Custody,
  TOKEN_ABI,
  TokenClient,
} from "@vitalproof/sdk";
import { Interface, type Signer } from "ethers";
import type { Config, TokenConfig } from "../config/config.ts";
import type { Step } from "./plan.ts";

const claims = new Interface(CLAIMS_PAYOUT_ABI);
const custody = new Interface(CUSTODY_ABI);
const tokens = new Interface(TOKEN_ABI);

/** A transaction of a token's. */
export function tokenStep(
  title: string,
  token: TokenConfig,
  method: "approve" | "mint",
  args: [account: string, amount: bigint],
): Step {
  return {
    title,
    call: () => ({ to: token.address, data: tokens.encodeFunctionData(method, args) }),
    send: (signer) => new TokenClient(token.address, signer)[method](...args),
  };
}

/** A transaction of custody's. */
export function custodyStep(
  config: Config,
  title: string,
  method: string,
  args: readonly unknown[],
  send: (client: Custody) => ReturnType<Step["send"]>,
): Step {
  const to = config.contracts.custody;
  return {
    title,
    call: () => ({ to, data: custody.encodeFunctionData(method, args) }),
    send: (signer: Signer) => send(new Custody(to, signer)),
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
