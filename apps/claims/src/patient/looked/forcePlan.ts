// SPDX-License-Identifier: GPL-3.0-or-later
import { type Proof, proofCalldata } from "@vitalproof/sdk";
import { HEALTH_LEDGER_ABI, LedgerClient, ledgerCircuitIdOf } from "@vitalproof/sdk/ledger";
import { Interface } from "ethers";
import type { Plan } from "../../plans/plan.ts";
import { dateTime } from "../../words/format.ts";
import type { ConsentView } from "./view.ts";

const abi = new Interface(HEALTH_LEDGER_ABI);

/** What everybody can conclude from the transaction. */
export const LINKS = [
  "Your wallet's account sends this, and everybody can see permanently that this account revoked a consent at this hospital.",
  "Who knows that the account is yours learns that the hospital has data about you, and when you gave and revoked the consent.",
  "What the consent allowed, and who looked at what, stays hidden.",
] as const;

/** Revoking a consent by force, as the wallet's dialog shows it. */
export function forcePlan({ signed, hospital }: ConsentView, proof: Proof): Plan {
  const { address, slot } = signed.kept;
  const { ledger, page } = address;
  const args = [page, ledgerCircuitIdOf("own-slot"), slot, proofCalldata(proof)];
  return {
    title: "Revoke your consent now",
    says: ["It ends with this transaction. The hospital is not asked.", ...LINKS],
    facts: [
      ["Given to", hospital],
      ["Signed on", dateTime(signed.signedAt)],
    ],
    fixed: ["A consent that is revoked cannot be restored. You can sign a new one."],
    steps: [
      {
        title: "Revoke your consent",
        call: () => ({ to: ledger, data: abi.encodeFunctionData("revokeByForce", args) }),
        send: (signer) => new LedgerClient(ledger, signer).revokeByForce(page, slot, proof),
      },
    ],
    done: () => ({ text: "Your consent is revoked." }),
  };
}
