// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount } from "@vitalproof/sdk";
import { useState } from "react";
import { same, tokenOf } from "../ui/app.tsx";
import { download } from "../ui/download.ts";
import { Field } from "../ui/parts.tsx";
import { dateTime } from "../words/format.ts";
import type { PanelProps } from "./panelProps.tsx";
import { Act, Fold, Outcome, useAction } from "./parts.tsx";
import { RelayerChoice } from "./RelayerChoice.tsx";

/** What is owed, having it paid out, and where it went. */
export function PaymentPanel({ config, session, view, step, refresh, relaying }: PanelProps) {
  const action = useAction({ holds: true });
  const { offer, policy, payments } = view;
  if (offer === undefined || policy === undefined) return null;
  const payment = step("payment");
  const token = tokenOf(config, offer.token);
  const own = same(policy.payee, policy.controller);
  return (
    <Fold
      title="Your money"
      status={`${formatAmount(policy.owed, token)} owed, ${formatAmount(policy.paid, token)} paid out`}
      opens={payment.state === "can"}
    >
      <p>
        {payment.reason} It goes to <code>{policy.payee}</code>,{" "}
        {own ? "your policy's own account." : "the account that you named when you applied."}
      </p>
      {payment.state === "can" ? (
        <>
          <Act
            busy={action.busy}
            reason={relaying.reason}
            onPress={() =>
              action.run(async () => {
                const { amount, payee } = await session.pay(view, relaying.relayer);
                await refresh();
                return `${formatAmount(amount, token)} went to ${payee}.`;
              })
            }
          >
            Pay out {formatAmount(policy.owed, token)}
          </Act>
          <RelayerChoice relaying={relaying} name="pay-by" />
        </>
      ) : null}
      <Outcome action={action} />
      {payments.length === 0 ? null : (
        <ul>
          {payments.map(({ amount, payee, transaction, time }) => (
            <li key={transaction}>
              {formatAmount(amount, token)} to <code>{payee}</code>, {dateTime(time)}
            </li>
          ))}
        </ul>
      )}
      {own ? (
        <AccountKey session={session} view={view} />
      ) : (
        <p className="hint">Its key is where you made that account; this page does not have it.</p>
      )}
    </Fold>
  );
}

/** The way from the policy's own account to a wallet of the person's. */
function AccountKey({ session, view }: Pick<PanelProps, "session" | "view">) {
  const [passphrase, setPassphrase] = useState("");
  const action = useAction();
  return (
    <details>
      <summary>How you get at the money</summary>
      <div className="stack patient-folded">
        <p>
          This page made your policy's account and derived its key from your identity. Anyone with your backup
          and passphrase has that key. To move the money, save the key as a file, sealed with your passphrase,
          and import it into a wallet (in MetaMask: Add account, Import, JSON file).
        </p>
        <p>
          A transfer takes gas, so the account needs a little of the chain's currency first. Everybody can see
          where that came from and where the money goes, and may link both to your policy. With your next
          policy you can name an account of yours to be paid at directly.
        </p>
        <Field label="Passphrase, for the key" value={passphrase} onChange={setPassphrase} secret />
        <Act
          quiet
          busy={action.busy}
          reason={passphrase === "" ? "Enter your passphrase." : undefined}
          onPress={() =>
            action.run(async () => {
              download(
                "vitalproof-policy-account.json",
                "application/json",
                await session.accountKey(view, passphrase),
              );
              setPassphrase("");
              return "The key is in your browser's downloads. Anyone with the file and your passphrase has the money.";
            })
          }
        >
          Save the account's key
        </Act>
        <Outcome action={action} />
      </div>
    </details>
  );
}
