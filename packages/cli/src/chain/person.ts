// SPDX-License-Identifier: GPL-3.0-or-later
import { ClaimsClient, type Identity, VitalproofError } from "@vitalproof/sdk";
import type { Chain } from "../connect.ts";
import type { GlobalOptions } from "../globals.ts";
import { type CommandHolder, holderOn } from "../holder.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { withVault } from "../vault.ts";
import { claimsOf, type DeploymentOptions } from "./deployment.ts";
import { withHints } from "./hints.ts";

/**
 * The vault's person as the controller of a policy. The controller signs; another account sends it to the chain, since
 * a fresh account that is given ether for its gas is linked with the giver.
 * @throws NOT_ALLOWED when none of this person's accounts controls the policy
 */
export async function holderOfPolicy(
  io: Io,
  options: GlobalOptions,
  chain: Chain,
  claims: string,
  policy: bigint,
): Promise<CommandHolder & { program: bigint; index: number }> {
  const found = await withHints(() => new ClaimsClient(claims, chain.provider).policy(policy));
  const identity = await withVault(io, options, loadIdentity);
  const own = holderOn(io, options, identity, chain, claims);
  const index = await own.holder.indexOf(found.program, found.controller);
  if (index === undefined) throw notYours(policy, found.controller);
  return { ...own, program: found.program, index };
}

/**
 * The account of a person that controls a policy, and the insurer of its program.
 * @throws NOT_ALLOWED when none of this person's accounts controls the policy
 */
export async function controllerIn(
  io: Io,
  options: DeploymentOptions,
  chain: Chain,
  identity: Identity,
  policy: bigint,
): Promise<{ claims: ClaimsClient; program: bigint; controller: string; insurer: string }> {
  const { claims } = await claimsOf(io, options, chain.chainId);
  const own = holderOn(io, options, identity, chain, claims);
  const { program, controller } = await withHints(() => own.claims.policy(policy));
  if ((await own.holder.indexOf(program, controller)) === undefined) throw notYours(policy, controller);
  const { insurer } = await own.claims.program(program);
  return { claims: own.claims, program, controller, insurer };
}

function notYours(policy: bigint, controller: string): VitalproofError {
  return new VitalproofError(
    "NOT_ALLOWED",
    `Policy ${policy} is controlled by ${controller}, which is not an account of yours.`,
    {
      details: { policy, controller },
      hint: "Name your own policy, or the right --vault.",
    },
  );
}
