// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount, parseAmount } from "@vitalproof/sdk";
import { useState } from "react";
import { Button } from "react-aria-components";
import type { ProgramRow } from "../../data/ledger.ts";
import { fundPlan, withdrawPlan } from "../../plans/plans.ts";
import { tokenOf, useApp, useWallet } from "../../ui/app.tsx";
import { Field, Popup } from "../../ui/parts.tsx";
import { useTransact } from "../../ui/transaction.tsx";
import { useBalance } from "../../ui/useBalance.ts";
import { sentenceOf } from "../../words/sentences.ts";

/** Asks for the amount to pay in or to take out. */
export function MoneyDialog({
  kind,
  program,
  onClose,
}: {
  kind: "fund" | "withdraw";
  program: ProgramRow;
  onClose: () => void;
}) {
  const { config } = useApp();
  const { account } = useWallet();
  const transact = useTransact();
  const [text, setText] = useState("");
  const [mint, setMint] = useState(true);
  const token = tokenOf(config, program.token);
  const { balance, fault } = useBalance(program.token);
  let amount: bigint | undefined;
  let error: string | undefined;
  try {
    if (text !== "") amount = parseAmount(text.trim(), token);
  } catch (thrown) {
    const { says, hint } = sentenceOf(thrown);
    error = `${says} ${hint ?? ""}`;
  }
  const lacking = amount !== undefined && balance !== undefined && amount > balance ? amount - balance : 0n;
  const minted = kind === "fund" && token.mintable && mint ? lacking : 0n;
  if (kind === "fund" && lacking > 0n && minted === 0n) {
    error = `Your account has ${formatAmount(balance ?? 0n, token)}. Get tokens first, or fund with less.`;
  }
  if (kind === "withdraw" && amount !== undefined && amount > program.free) {
    error = `${formatAmount(program.free, token)} is free. Take less.`;
  }
  return (
    <Popup title={`${kind === "fund" ? "Fund" : "Withdraw from"} program ${program.id}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (amount === undefined || error !== undefined || account === undefined) return;
          onClose();
          transact(
            kind === "fund"
              ? fundPlan(config, token, program, account, amount, minted)
              : withdrawPlan(config, token, program, account, amount),
          );
        }}
      >
        <Field
          label={`Amount, ${token.symbol}`}
          value={text}
          onChange={setText}
          error={error}
          inputMode="decimal"
          hint={
            kind === "withdraw"
              ? `${formatAmount(program.free, token)} is free.`
              : (fault?.says ??
                (balance === undefined
                  ? "Asking for your balance …"
                  : `Your account has ${formatAmount(balance, token)}.`))
          }
        />
        {kind === "fund" && token.mintable ? (
          <label className="check">
            <input type="checkbox" checked={mint} onChange={(event) => setMint(event.target.checked)} />
            <span>Make the test tokens that are missing first</span>
          </label>
        ) : null}
        <div className="actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" className="primary" isDisabled={amount === undefined || error !== undefined}>
            Continue
          </Button>
        </div>
      </form>
    </Popup>
  );
}
