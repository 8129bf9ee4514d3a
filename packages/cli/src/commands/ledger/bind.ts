// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import {
  assertGiven,
  bindActionOf,
  bindSlotWitness,
  type KeptConsent,
  LedgerClient,
  LedgerWallet,
  type Matter,
} from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { controllerIn } from "../../chain/person.ts";
import { type Chain, withChain } from "../../connect.ts";
import { loadIdentity } from "../../identity.ts";
import type { Io } from "../../io.ts";
import { assertLedger, chainTime, ledgerOf, readPage } from "../../ledger/chain.ts";
import { consentOf } from "../../ledger/keptConsents.ts";
import { isForPayment, minuteText } from "../../ledger/words.ts";
import { big } from "../../numbers.ts";
import { proofOf, proverLines } from "../../proof.ts";
import { withVault } from "../../vault.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../../wallet.ts";

type Options = DeploymentOptions & WalletOptions & { policy: bigint };

export function registerBind(ledger: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(ledger.command("bind <consent>")))
    .description("Let claims on a policy rely on a consent for payment, until it ends or is revoked.")
    .requiredOption("--policy <n>", "your policy", big)
    .addHelpText(
      "after",
      "\nThe consent must name the number of the program's insurer (`ledger register`). Its id then goes to `claim send --consent`.\n" +
        "Everyone sees which slot was bound to which policy, and what the consent allows. The account of --keystore pays the gas.\n" +
        "\nExample:\n  vitalproof ledger bind 1/3 --policy 1 --deployment deployment.json --keystore relayer.json\n",
    )
    .action(async (wanted: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const { policy } = options;
      const { identity, name, kept } = await withVault(io, options, async (vault) => {
        return { ...(await consentOf(vault, wanted)), identity: await loadIdentity(vault) };
      });
      const { address, slot, consent } = kept;
      const done = await withChain(io, options, async (chain) => {
        const { ledger: at, fromBlock } = await ledgerOf(io, options, chain);
        assertLedger(`Consent ${name}`, address, chain, at);
        const wallet = await walletOf(io, chain, options);
        const client = new LedgerClient(at, wallet);
        const own = await controllerIn(io, options, chain, identity, policy);
        const matter: Matter = {
          patient: own.controller,
          grantee: own.insurer,
          purpose: await own.claims.claimPurpose(),
          program: own.program,
        };
        await assertBindable(name, kept, client, matter, chain);
        const { leaves, live } = (await readPage(io, chain, address, { fromBlock })).page;
        assertGiven(consent, slot, leaves, { live });
        const { secret } = new LedgerWallet(identity).revocationOf(kept);
        const action = bindActionOf(address, matter);
        const witness = bindSlotWitness({ leaves, slot, consent, secret, action });
        const { proof, prover } = await proofOf(io, options, "proving that the slot is yours", witness);
        const sent = await io.during("binding", () =>
          withHints(() => client.bind(address.page, matter, witness, proof)),
        );
        return { matter, sent, prover, active: await client.isActive(sent.result, matter) };
      });
      const { matter, sent, prover, active } = done;
      io.report(
        [
          `Consent ${sent.result}`,
          `  lets ${matter.grantee} act on claims on policy ${policy} until ${minuteText(consent.rights.until)}. It ends with ${name}.`,
          ...(active ? [] : ["  It is not active any more: it was revoked meanwhile."]),
          ...proverLines(prover),
        ],
        {
          ...{ consentId: sent.result, consent: name, page: address.page, slot, policy, ...matter, active },
          ...{ until: consent.rights.until * 60, transaction: sent.hash, gasUsed: sent.gasUsed, prover },
        },
      );
    });
}

/** Refuses what the contract would refuse, before a proof is made. @throws NOT_ALLOWED, NOT_THERE */
async function assertBindable(
  name: string,
  { consent: { rights, grantee } }: KeptConsent,
  client: LedgerClient,
  matter: Matter,
  chain: Chain,
): Promise<void> {
  const number = await client.granteeOf(matter.grantee);
  if (number === 0)
    throw new VitalproofError("NOT_THERE", `The insurer ${matter.grantee} has no number.`, {
      details: { insurer: matter.grantee },
      hint: "Ask the insurer to get one with `vitalproof ledger register`, and the custodian for an offer that names it.",
    });
  const refused = (what: string, hint: string) =>
    new VitalproofError("NOT_ALLOWED", `Consent ${name} ${what}.`, { details: { consent: name }, hint });
  if (grantee !== number)
    throw refused(
      `is for grantee ${grantee}; the policy's insurer is ${number}`,
      "Ask the custodian for an offer that names the insurer's number.",
    );
  if (!isForPayment(rights))
    throw refused("is not for payment", "Ask the custodian for an offer with the purpose payment.");
  if (rights.until * 60 <= (await chainTime(chain)))
    throw refused(`ended at ${minuteText(rights.until)}`, "Ask the custodian for another offer.");
}
