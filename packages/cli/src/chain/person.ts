// SPDX-License-Identifier: GPL-3.0-or-later
import { ClaimsClient, controllerOf, VitalproofError } from "@vitalproof/sdk";
import type { Wallet } from "ethers";
import type { Chain } from "../connect.ts";
import type { GlobalOptions } from "../globals.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { withVault } from "../vault.ts";
import { withHints } from "./hints.ts";

/** A person's policies in one program that are looked through. */
const POLICIES = 64;

/**
 * The account of the vault's person that controls a policy. It signs; another account carries it to the chain, since a
 * fresh account that is given ether for its gas is linked with whoever gave it.
 * @throws NOT_ALLOWED when the policy is controlled by none of this person's accounts
 */
export async function controllerOfPolicy(
  io: Io,
  options: GlobalOptions,
  { chainId, provider }: Chain,
  claims: string,
  policy: bigint,
): Promise<{ controller: Wallet; program: bigint }> {
  const found = await withHints(() => new ClaimsClient(claims, provider).policy(policy));
  const identity = await withVault(io, options, loadIdentity);
  for (let index = 0; index < POLICIES; index++) {
    const controller = controllerOf(identity, { chainId, claims, program: found.program, index });
    if (controller.address === found.controller) return { controller, program: found.program };
  }
  throw new VitalproofError(
    "NOT_ALLOWED",
    `Policy ${policy} is controlled by ${found.controller}, no account of yours.`,
    {
      details: { policy, controller: found.controller },
      hint: "Name your own policy, or the right --vault.",
    },
  );
}
