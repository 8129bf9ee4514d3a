// SPDX-License-Identifier: GPL-3.0-or-later
import { ASSURANCE_CLASSES, Attester, storeRecords, VitalproofError } from "@vitalproof/sdk";
import { address, type Of, object, oneOf, parse, seconds, uint256 } from "@vitalproof/sdk/wire";
import { type Signer, VoidSigner } from "ethers";
import { clockOf } from "./clock.ts";
import { FORMER_GROUP_KEY, GROUP_KEY } from "./groupKeys.ts";
import { type Io, jsonText } from "./io.ts";
import { type Vault, withVault } from "./vault.ts";
import { type WalletOptions, walletOf } from "./wallet.ts";

/** What an attester's vault says about its group; read from the chain once, where it never changes. */
const CONFIG = object({
  group: uint256,
  domain: object({ chainId: uint256, anchors: address }),
  attester: address,
  intakeTime: seconds,
  graceTime: seconds,
  correctionTime: seconds,
  assurance: oneOf(ASSURANCE_CLASSES),
});
export type AttesterConfig = Of<typeof CONFIG>;

/** An attester with its vault open, and the account it signs with where a command needs one. */
export type OpenAttester = {
  config: AttesterConfig;
  attester: Attester;
  signer: Signer;
};

/** @throws ALREADY_THERE */
export async function saveAttester(vault: Vault, config: AttesterConfig): Promise<void> {
  await assertNoAttester(vault);
  await vault.store.write(GROUP_KEY, jsonText(config));
}

/** @throws ALREADY_THERE */
export async function assertNoAttester(vault: Vault): Promise<void> {
  if ((await readConfig(vault)) === undefined) return;
  throw new VitalproofError("ALREADY_THERE", `${vault.folder} serves a group already.`, {
    details: { folder: vault.folder },
    hint: "A group's records stay in one vault. Use another --vault for another group.",
  });
}

/**
 * Opens the attester's vault and acts.
 * @param options `signs`: the command needs the attester's account, and it must be the group's
 * @throws NOT_THERE in a vault without a group; NOT_ALLOWED for another account than the attester's
 */
export async function withAttester<T>(
  io: Io,
  options: WalletOptions,
  { signs }: { signs: boolean },
  act: (open: OpenAttester) => Promise<T>,
): Promise<T> {
  const now = await clockOf(io, options);
  return withVault(io, options, async (vault) => {
    const text = await readConfig(vault);
    if (text === undefined) {
      throw new VitalproofError("NOT_THERE", `${vault.folder} serves no group.`, {
        details: { folder: vault.folder },
        hint: "Set it up with `vitalproof attester init`.",
      });
    }
    const config = parse(CONFIG, JSON.parse(text), GROUP_KEY);
    const { group, domain } = config;
    const signer = signs ? await accountOf(io, config, options) : new VoidSigner(config.attester);
    const attester = new Attester({
      records: storeRecords(vault.store),
      group,
      times: config,
      domain,
      signer,
      clock: () => now,
    });
    return act({ config, attester, signer });
  });
}

async function readConfig({ store }: Vault): Promise<string | undefined> {
  return (await store.read(GROUP_KEY)) ?? (await store.read(FORMER_GROUP_KEY));
}

async function accountOf(
  io: Io,
  { attester, domain }: AttesterConfig,
  options: WalletOptions,
): Promise<Signer> {
  const wallet = await walletOf(io, { chainId: domain.chainId }, options);
  if (wallet.address.toLowerCase() === attester.toLowerCase()) return wallet;
  throw new VitalproofError("NOT_ALLOWED", `${wallet.address} is not the group's attester, ${attester}.`, {
    details: { account: wallet.address, attester },
    hint: "Use the account with which the group was opened.",
  });
}
