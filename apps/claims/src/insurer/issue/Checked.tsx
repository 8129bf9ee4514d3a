// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitOfId, formatAmount } from "@vitalproof/sdk";
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import type { Application } from "../../data/attestation.ts";
import { headlineOf } from "../../data/circuits.ts";
import { issuePlan } from "../../plans/plans.ts";
import { tokenOf, useApp, useChain, useWallet } from "../../ui/app.tsx";
import { Fault, Hex, Loading } from "../../ui/parts.tsx";
import { useTransact } from "../../ui/transaction.tsx";
import { dateTime, duration, short, spanName, spanZone } from "../../words/format.ts";
import { type Sentence, sentenceOf } from "../../words/sentences.ts";
import { type Check, checksOf, coverOf } from "./checks.ts";

/** What an application says, whether the contract would take it, and the button that issues the policy. */
export function Checked({ application }: { application: Application }) {
  const app = useApp();
  const { config } = app;
  const { ledger, tip } = useChain();
  const { account } = useWallet();
  const transact = useTransact();
  const [result, setResult] = useState<{ checks?: Check[]; fault?: Sentence }>({});
  const { attestation } = application;
  const program = ledger?.programs.get(attestation.program);
  const now = tip?.timestamp ?? 0;
  const free = program?.free;
  useEffect(() => {
    let gone = false;
    if (tip === undefined) return;
    checksOf(app, application, account, tip.timestamp).then(
      (checks) => !gone && setResult({ checks }),
      (error: unknown) => !gone && setResult({ fault: sentenceOf(error) }),
    );
    return () => {
      gone = true;
    };
  }, [app, application, account, tip]);
  if (ledger === undefined) return <Loading what="Reading the chain" />;
  const token = program === undefined ? undefined : tokenOf(config, program.token);
  const circuit = program === undefined ? undefined : circuitOfId(program.circuit);
  const times =
    circuit === undefined || program === undefined
      ? undefined
      : coverOf(program.terms, circuit.name, application);
  const { checks, fault } = result;
  const good = checks?.every(({ ok }) => ok) === true && free !== undefined;
  return (
    <>
      <dl className="facts">
        <dt>Program</dt>
        <dd>
          <a href={`#/insurer/programs/${attestation.program}`}>{String(attestation.program)}</a>
          {program === undefined ? "" : `: ${headlineOf(program.terms)}`}
        </dd>
        <dt>Cover</dt>
        <dd>
          {attestation.periods} periods from epoch {attestation.firstEpoch}
          {times === undefined
            ? ""
            : `: ${spanName(times)}, ${spanZone(times)}, ${duration(times.length)} each`}
        </dd>
        <dt>Reserves</dt>
        <dd>
          {program === undefined || token === undefined
            ? "unknown"
            : formatAmount(program.benefit * BigInt(attestation.periods), token)}
        </dd>
        <dt>Holder</dt>
        <dd>
          <code title={String(attestation.holder)}>{short(`0x${attestation.holder.toString(16)}`)}</code>, a
          pseudonym in this scope
        </dd>
        <dt>Controller</dt>
        <dd>
          <Hex value={attestation.controller} kind="address" />
        </dd>
        <dt>Payee</dt>
        <dd>
          {/^0x0{40}$/.test(attestation.payee) ? (
            "the controller"
          ) : (
            <Hex value={attestation.payee} kind="address" />
          )}
        </dd>
        <dt>Valid until</dt>
        <dd>{dateTime(Number(attestation.expiry))}</dd>
      </dl>
      {fault !== undefined ? (
        <Fault sentence={fault} />
      ) : checks === undefined ? (
        <Loading what="Checking" />
      ) : (
        <ul className="checks" aria-label="Checks" aria-live="polite">
          {checks.map(({ ok, text }) => (
            <li key={text} className={ok ? "ok" : "no"}>
              <span aria-hidden="true">{ok ? "✓" : "✕"}</span>
              <span className="hidden">{ok ? "In order:" : "Wrong:"}</span> {text}
            </li>
          ))}
        </ul>
      )}
      <Button
        className="primary"
        isDisabled={!good || now === 0}
        onPress={() => {
          if (program !== undefined && token !== undefined)
            transact(issuePlan(config, token, application, program.benefit));
        }}
      >
        Issue the policy
      </Button>
    </>
  );
}
