// SPDX-License-Identifier: GPL-3.0-or-later
import { Anchoring, ASSURANCE_CLASSES, Intake, VitalproofError } from "@vitalproof/sdk";
import { type Signer, VoidSigner } from "ethers";
import { clockOf } from "./clock.ts";
import { address, type Field, integer, type Of, object, oneOf, uint256 } from "./fields.ts";
import { type Home, withHome } from "./home.ts";
import { type Io, jsonText } from "./io.ts";
import { type WalletOptions, walletOf } from "./wallet.ts";

/** What a clinic's home says about its group; read from the chain once, where it never changes. */
const CONFIG = object({
  group: uint256,
  domain: object({ chainId: uint256, anchors: address }),
  attester: address,
  intakeTime: integer(),
  graceTime: integer(),
  correctionTime: integer(),
  assurance: oneOf([...ASSURANCE_CLASSES]) as Field<(typeof ASSURANCE_CLASSES)[number]>,
});
export type ClinicConfig = Of<typeof CONFIG>;

const KEY = "clinic";

/** A clinic at work: its records, and the account it signs with where a command needs one. */
export type Clinic = {
  config: ClinicConfig;
  intake: Intake;
  anchoring: Anchoring;
  signer: Signer;
  now: number;
};

/** @throws ALREADY_THERE */
export async function saveClinic(home: Home, config: ClinicConfig): Promise<void> {
  await assertNoClinic(home);
  await home.store.write(KEY, jsonText(config));
}

/** @throws ALREADY_THERE */
export async function assertNoClinic(home: Home): Promise<void> {
  if ((await home.store.read(KEY)) === undefined) return;
  throw new VitalproofError("ALREADY_THERE", `${home.folder} serves a group already.`, {
    details: { folder: home.folder },
    hint: "A group's records stay in one home. Use another --home for another group.",
  });
}

/**
 * Opens the clinic's home and acts.
 * @param options `signs`: the command needs the attester's account, and it must be the group's
 * @throws NOT_THERE in a home without a group; NOT_ALLOWED for another account than the attester's
 */
export async function withClinic<T>(
  io: Io,
  options: WalletOptions,
  { signs }: { signs: boolean },
  act: (clinic: Clinic) => Promise<T>,
): Promise<T> {
  const now = await clockOf(io, options);
  return withHome(io, options, async (home) => {
    const text = await home.store.read(KEY);
    if (text === undefined) {
      throw new VitalproofError("NOT_THERE", `${home.folder} serves no group.`, {
        details: { folder: home.folder },
        hint: "Set it up with `vitalproof attester init`.",
      });
    }
    const config = CONFIG(JSON.parse(text), KEY);
    const { group, intakeTime, domain } = config;
    const signer = signs ? await attesterAccount(io, config, options) : new VoidSigner(config.attester);
    const intake = new Intake({ store: home.store, group, intakeTime, domain, signer, clock: () => now });
    return act({ config, intake, anchoring: new Anchoring(home.store, intake), signer, now });
  });
}

async function attesterAccount(
  io: Io,
  { attester, domain }: ClinicConfig,
  options: WalletOptions,
): Promise<Signer> {
  const wallet = await walletOf(io, { chainId: domain.chainId }, options);
  if (wallet.address.toLowerCase() === attester.toLowerCase()) return wallet;
  throw new VitalproofError("NOT_ALLOWED", `${wallet.address} is not the group's attester, ${attester}.`, {
    details: { account: wallet.address, attester },
    hint: "Use the account with which the group was opened.",
  });
}
