// SPDX-License-Identifier: GPL-3.0-or-later
import { ClaimsClient, formatAmount } from "@vitalproof/sdk";
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { endingOf } from "../../data/decisions.ts";
import type { ClaimRow, PolicyRow, ProgramRow } from "../../data/ledger.ts";
import { runsOf, spanOf, unclaimedPeriods } from "../../data/periods.ts";
import { isOwnPayee } from "../../data/policiesView.ts";
import type { Plan } from "../../plans/plan.ts";
import { endPlan, payPlan, RELEASES, releasePlan } from "../../plans/policyPlans.ts";
import { same, tokenOf, useApp, useChain, useWallet } from "../../ui/app.tsx";
import { Fault, Hex, Popup, Scroll } from "../../ui/parts.tsx";
import { useTransact } from "../../ui/transaction.tsx";
import { counted, dateTime, spanName, spanZone } from "../../words/format.ts";
import { type Sentence, sentenceOf } from "../../words/sentences.ts";
import { PeriodName } from "./PeriodName.tsx";

/** Unclaimed periods whose windows are looked up: the oldest, which are free first. */
const LOOKED_UP = 100;

/** What can be done with a policy: pay out, end it, release what nobody claimed in time. */
export function PolicyDialog({
  program,
  policy,
  claims,
  onClose,
}: {
  program: ProgramRow;
  policy: PolicyRow;
  /** The policy's. */
  claims: readonly ClaimRow[];
  onClose: () => void;
}) {
  const { config } = useApp();
  const { tip } = useChain();
  const { account } = useWallet();
  const open = useTransact();
  const transact = (plan: Plan) => {
    onClose();
    open(plan);
  };
  const token = tokenOf(config, program.token);
  const now = tip?.timestamp ?? 0;
  const payee = isOwnPayee(policy.payee) ? policy.controller : policy.payee;
  return (
    <Popup title={`Policy ${policy.id}`} onClose={onClose}>
      <dl className="facts">
        <dt>Covers</dt>
        <dd>{coverOf(program, policy)}</dd>
        <dt>Controller</dt>
        <dd>
          <Hex value={policy.controller} kind="address" />
        </dd>
        <dt>Payee</dt>
        <dd>
          <Hex value={payee} kind="address" />
        </dd>
      </dl>
      <h3>Pay out</h3>
      {policy.owed === 0 ? (
        <p>Nothing is owed.</p>
      ) : (
        <div className="what">
          <p>
            {formatAmount(BigInt(policy.owed) * program.benefit, token)} is owed. Anyone can have it paid to
            the payee.
          </p>
          {account === undefined ? null : (
            <Button onPress={() => transact(payPlan(config, token, policy, program.benefit, payee))}>
              Pay out
            </Button>
          )}
        </div>
      )}
      <h3>End and release</h3>
      {spanOf(program, policy, 0) === undefined ? (
        <p>This page does not understand the program's terms, and so not when periods begin and end.</p>
      ) : (
        <>
          <Ending program={program} policy={policy} now={now} onPlan={transact} />
          <Unclaimed program={program} policy={policy} claims={claims} now={now} onPlan={transact} />
        </>
      )}
    </Popup>
  );
}

/** What a policy covers, in the zone of its periods. */
function coverOf(program: ProgramRow, policy: PolicyRow): string {
  if (policy.periods === 0) return "nothing any more";
  const number = counted(policy.periods, "period");
  const [first, last] = [spanOf(program, policy, 0), spanOf(program, policy, policy.periods - 1)];
  if (first === undefined || last === undefined) return number;
  const whole = { ...first, end: last.end };
  return `${number}, ${spanName(whole)}, ${spanZone(whole)}`;
}

function Ending({
  program,
  policy,
  now,
  onPlan,
}: {
  program: ProgramRow;
  policy: PolicyRow;
  now: number;
  onPlan: (plan: Plan) => void;
}) {
  const { config } = useApp();
  const { account } = useWallet();
  const ending = endingOf(policy, program, account, now);
  if (ending !== undefined) {
    const token = tokenOf(config, program.token);
    return (
      <div className="what">
        <p>
          {counted(ending.freed, "period")} can be taken off, which {ending.freed === 1 ? "has" : "have"} not
          begun.
        </p>
        <Button onPress={() => onPlan(endPlan(config, token, policy, program.benefit, ending))}>
          End the policy
        </Button>
      </div>
    );
  }
  const mayEnd = same(program.insurer, account) || same(policy.controller, account);
  return (
    <p>
      {mayEnd
        ? "Every period has begun: there is nothing to end."
        : "The insurer or the policy's controller can end it, as long as a period has not begun."}
    </p>
  );
}

/** Unix seconds from which an unclaimed period may be released. */
type Window = { readonly period: number; readonly from: number };

function Unclaimed({
  program,
  policy,
  claims,
  now,
  onPlan,
}: {
  program: ProgramRow;
  policy: PolicyRow;
  claims: readonly ClaimRow[];
  now: number;
  onPlan: (plan: Plan) => void;
}) {
  const { config, rpc } = useApp();
  const { account } = useWallet();
  const [windows, setWindows] = useState<readonly Window[]>();
  const [fault, setFault] = useState<Sentence>();
  const token = tokenOf(config, program.token);
  const open = unclaimedPeriods(program, policy, claims, now);
  const asked = open.slice(0, LOOKED_UP).join();
  useEffect(() => {
    let gone = false;
    const client = new ClaimsClient(config.contracts.claims, rpc);
    const periods = asked === "" ? [] : asked.split(",").map(Number);
    Promise.all(
      periods.map(async (period) => ({
        period,
        from: Number((await client.windowOf(policy.id, period)).releasableFrom),
      })),
    ).then(
      (found) => {
        if (gone) return;
        setWindows(found);
        setFault(undefined);
      },
      (error: unknown) => !gone && setFault(sentenceOf(error)),
    );
    return () => {
      gone = true;
    };
  }, [config, rpc, policy.id, asked]);
  if (fault !== undefined) return <Fault sentence={fault} />;
  if (windows === undefined) return <p role="status">Asking for the claim windows …</p>;
  if (windows.length === 0) return <p>No period is over and unclaimed.</p>;
  const releasable = windows.filter(({ from }) => from <= now).map(({ period }) => period);
  const runs = runsOf(releasable).slice(0, RELEASES);
  const all = runs.reduce((sum, run) => sum + run.until - run.from, 0);
  const release = (of: typeof runs) => onPlan(releasePlan(config, token, policy, program.benefit, of));
  return (
    <>
      <p>
        {counted(open.length, "period")} {open.length === 1 ? "is" : "are"} over and unclaimed. Once its
        window is over, anyone may release a period, and its benefit becomes free.
        {open.length > LOOKED_UP ? ` The oldest ${LOOKED_UP} are shown.` : ""}
      </p>
      <Scroll label="Unclaimed periods">
        <table>
          <caption className="hidden">Unclaimed periods of policy {String(policy.id)}</caption>
          <thead>
            <tr>
              <th scope="col">Period</th>
              <th scope="col">Can be released</th>
              <th scope="col">Release</th>
            </tr>
          </thead>
          <tbody>
            {windows.map(({ period, from }) => (
              <tr key={period}>
                <th scope="row">
                  {period} <PeriodName program={program} policy={policy} period={period} />
                </th>
                <td>{`${from <= now ? "since" : "from"} ${dateTime(from)}`}</td>
                <td>
                  {from <= now && account !== undefined ? (
                    <Button onPress={() => release(runsOf([period]))}>
                      Release<span className="hidden"> period {period}</span>
                    </Button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {all > 1 && account !== undefined ? (
        <div className="actions">
          <Button onPress={() => release(runs)}>
            Release {all < releasable.length ? "the first" : "all"} {all}
          </Button>
        </div>
      ) : null}
    </>
  );
}
