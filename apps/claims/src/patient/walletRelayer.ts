// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CLAIMS_PAYOUT_ABI,
  ClaimsClient,
  CONSENT_REGISTRY_ABI,
  ConsentClient,
  proofCalldata,
  type Relayer,
  VitalproofError,
} from "@vitalproof/sdk";
import { Interface, type Signer } from "ethers";
import type { Config } from "../config/config.ts";
import type { Mined, Plan, Step } from "../plans/plan.ts";
import { dateTime } from "../words/format.ts";

const claims = new Interface(CLAIMS_PAYOUT_ABI);
const consents = new Interface(CONSENT_REGISTRY_ABI);
const PUBLIC =
  "Everybody can see which account of yours paid for this, and may link it to you and to the policy.";

/**
 * The person's own wallet as relayer.
 * @param transact opens the dialog in which a plan is signed
 * @returns a relayer whose methods throw ABORTED when the dialog is closed before the transaction is final
 */
export function walletRelayer(
  { contracts }: Pick<Config, "contracts">,
  transact: (plan: Plan) => void,
): Relayer {
  const relay = async (
    plan: Pick<Plan, "title" | "says" | "facts">,
    call: { on: "claims" | "consents"; method: string; args: readonly unknown[] },
    send: (signer: Signer) => ReturnType<Step["send"]>,
  ): Promise<Mined> => {
    const to = contracts[call.on];
    const data = (call.on === "claims" ? claims : consents).encodeFunctionData(call.method, call.args);
    const [mined] = await transacted(transact, {
      ...plan,
      says: [...plan.says, PUBLIC],
      steps: [{ title: plan.title, call: () => ({ to, data }), send }],
    });
    return mined!;
  };
  return {
    async consent({ consent, deadline, signature }) {
      const { hash } = await relay(
        {
          title: "Put your consent on record",
          says: ["It is the consent that you have just signed with your policy's account."],
          facts: [
            ["Given by", consent.patient],
            ["Given to", consent.grantee],
            ["Program", String(consent.program)],
            ["From", dateTime(Number(consent.from))],
            ["Until", dateTime(Number(consent.until))],
          ],
        },
        { on: "consents", method: "grantWithSignature", args: [consent, deadline, signature] },
        (signer) =>
          new ConsentClient(contracts.consents, signer).grantWithSignature(consent, deadline, signature),
      );
      return { transaction: hash };
    },
    async revoke({ patient, consentId, deadline, signature }) {
      const { hash } = await relay(
        {
          title: "Revoke your consent",
          says: ["That is final. You can give a new consent later."],
          facts: [
            ["Given by", patient],
            ["Consent", consentId],
          ],
        },
        { on: "consents", method: "revokeWithSignature", args: [patient, consentId, deadline, signature] },
        (signer) =>
          new ConsentClient(contracts.consents, signer).revokeWithSignature(
            patient,
            consentId,
            deadline,
            signature,
          ),
      );
      return { transaction: hash };
    },
    async claim(item) {
      const { policy, period, consentId, proof } = item;
      const { hash, blockNumber } = await relay(
        {
          title: "Send your claim",
          says: ["It holds the proof, and no reading.", "The benefit is owed to your policy's payee."],
          facts: [
            ["Policy", String(policy)],
            ["Period", String(period)],
            ["Consent", consentId],
          ],
        },
        { on: "claims", method: "submitClaim", args: [policy, period, consentId, proofCalldata(proof)] },
        (signer) => new ClaimsClient(contracts.claims, signer).submitClaim(item),
      );
      return { outcome: "settled", transaction: hash, blockNumber };
    },
    async pay(policy) {
      const { hash } = await relay(
        {
          title: "Have the money paid out",
          says: ["Everything that is owed goes to your policy's payee, no matter who sends this."],
          facts: [["Policy", String(policy)]],
        },
        { on: "claims", method: "pay", args: [policy] },
        (signer) => new ClaimsClient(contracts.claims, signer).pay(policy),
      );
      return { transaction: hash };
    },
  };
}

/** Has a plan signed. @throws ABORTED when its dialog is closed before the last transaction is final */
export function transacted(transact: (plan: Plan) => void, plan: Plan): Promise<readonly Mined[]> {
  return new Promise((resolve, reject) => {
    transact({
      ...plan,
      ended(mined) {
        if (mined !== undefined) resolve(mined);
        else {
          const hint = "Nothing is lost: do it again when you want to.";
          reject(
            new VitalproofError("ABORTED", "You closed the wallet's dialog before it was sent.", { hint }),
          );
        }
      },
    });
  });
}
