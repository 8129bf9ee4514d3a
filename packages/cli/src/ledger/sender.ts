// SPDX-License-Identifier: GPL-3.0-or-later
import { controllerOf, type Identity, VitalproofError } from "@vitalproof/sdk";
import type { KeptConsent } from "@vitalproof/sdk/ledger";
import { formatEther, type Wallet } from "ethers";
import type { Chain } from "../connect.ts";
import type { Io } from "../io.ts";
import { type WalletOptions, walletOf } from "../wallet.ts";

/** Gas of a revocation by force, with a margin. */
const GAS = 350_000n;

/**
 * The account that revokes by force: that of the options, else one of the vault that is for this slot alone.
 * @throws NOT_ALLOWED when the vault's account cannot pay
 */
export async function senderOf(
  io: Io,
  chain: Chain,
  options: WalletOptions,
  identity: Identity,
  { address, slot }: KeptConsent,
): Promise<Wallet> {
  const named = options.keystore ?? options.devAccount ?? (io.env.VITALPROOF_KEYSTORE || undefined);
  if (named !== undefined) return walletOf(io, chain, options);
  // No claims contract has the ledger's address, so that no policy has the same account.
  const place = { chainId: address.chainId, claims: address.ledger, program: address.page, index: slot };
  const wallet = controllerOf(identity, place).connect(chain.provider);
  const [balance, { maxFeePerGas, gasPrice }] = await Promise.all([
    chain.provider.getBalance(wallet.address),
    chain.provider.getFeeData(),
  ]);
  const needed = GAS * (maxFeePerGas ?? gasPrice ?? 0n);
  if (balance > 0n && balance >= needed) return wallet;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `The vault's account for this slot, ${wallet.address}, has ${formatEther(balance)} ether and needs ${formatEther(needed)}.`,
    {
      details: { account: wallet.address, balance, needed },
      hint: "Name another account with --keystore, or send it ether. The account that sends it is linked to the slot.",
    },
  );
}
