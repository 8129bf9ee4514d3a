// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { decidePlan, ERC20, fundPlan, withdrawPlan } from "../chain/plans.ts";
import { sentenceOf } from "../chain/sentences.ts";
import { formatAmount, formatNumber, parseAmount } from "../data/amounts.ts";
import { toCsv, toJson } from "../data/csv.ts";
import { CLAIM_STATES, type ClaimRow, type ClaimState, type ProgramRow } from "../data/ledger.ts";
import { daySums } from "../data/series.ts";
import { wordsOf } from "../data/statements.ts";
import { same, tokenOf, useApp, useChain, useWallet } from "../ui/app.tsx";
import { download } from "../ui/download.ts";
import { counted, dateTime, duration, utcDate } from "../ui/format.ts";
import { Plot } from "../ui/Plot.tsx";
import { Choice, Empty, Field, Hex, Loading, Popup, Scroll } from "../ui/parts.tsx";
import { useTransact } from "../ui/transaction.tsx";
import { MoneyBar } from "./Overview.tsx";

/** One program: its terms, money, policies and claims. */
export function ProgramPage({ id }: { id: string }) {
  const { ledger } = useChain();
  if (ledger === undefined) return <Loading what="Reading the chain" />;
  const program = /^\d{1,20}$/.test(id) ? ledger.programs.get(BigInt(id)) : undefined;
  if (program === undefined) {
    return (
      <Empty title={`There is no program ${id.slice(0, 30)}.`}>
        <a href="#/insurer">See all programs.</a>
      </Empty>
    );
  }
  return <Shown program={program} />;
}

function Shown({ program }: { program: ProgramRow }) {
  const { config } = useApp();
  const { ledger } = useChain();
  const { account } = useWallet();
  const [money, setMoney] = useState<"fund" | "withdraw">();
  const token = tokenOf(config, program.token);
  const mine = same(program.insurer, account);
  const policies = [...(ledger?.policies.values() ?? [])].filter((policy) => policy.program === program.id);
  const claims = (ledger?.claims ?? []).filter((claim) => claim.program === program.id);
  const days = daySums((ledger?.movements ?? []).filter((movement) => movement.program === program.id));
  const group = config.groups.find((each) => each.id === program.group);
  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <a href="#/insurer">Programs</a>
          </p>
          <h1>Program {String(program.id)}</h1>
        </div>
        <div className="actions">
          {mine ? (
            <>
              <a className="button" href="#/insurer/issue">
                Issue a policy
              </a>
              <Button isDisabled={program.free <= 0n} onPress={() => setMoney("withdraw")}>
                Withdraw
              </Button>
            </>
          ) : null}
          {account === undefined ? null : (
            <Button className="primary" onPress={() => setMoney("fund")}>
              Fund
            </Button>
          )}
        </div>
      </div>
      {money === undefined ? null : (
        <MoneyDialog kind={money} program={program} onClose={() => setMoney(undefined)} />
      )}
      <div className="two even">
        <section className="card" aria-label="Money">
          <h2>Money, {token.symbol}</h2>
          <dl className="figures">
            {(
              [
                ["Free", program.free],
                ["Reserved", program.reserved],
                ["Owed", program.owed],
                ["Paid out", program.paid],
              ] as const
            ).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{formatNumber(value, token.decimals)}</dd>
              </div>
            ))}
          </dl>
          <MoneyBar {...program} />
          <dl className="facts">
            <dt>Benefit</dt>
            <dd>{formatAmount(program.benefit, token)} per met period</dd>
            <dt>Claims</dt>
            <dd>
              within {duration(program.claimWindow)} of the anchor,{" "}
              {program.reviewTime === 0
                ? "credited at once"
                : `reviewed within ${duration(program.reviewTime)}, arbitrated within ${duration(program.arbiterTime)}`}
            </dd>
            {program.reviewTime === 0 ? null : (
              <>
                <dt>Arbiter</dt>
                <dd>
                  <Hex value={program.arbiter} kind="address" />
                </dd>
              </>
            )}
            <dt>Insurer</dt>
            <dd>
              <Hex value={program.insurer} kind="address" /> {mine ? <span className="tag">you</span> : null}
            </dd>
            <dt>Clinic</dt>
            <dd>
              {group?.name ?? "A group that config.json does not name"}, group {String(program.group)},{" "}
              {program.assurance}
            </dd>
            <dt>Scope</dt>
            <dd>{String(program.scope)}</dd>
            <dt>Published</dt>
            <dd>{dateTime(program.created.time)}</dd>
          </dl>
        </section>
        <section className="card" aria-label="Terms">
          <h2>Terms</h2>
          <ul className="terms">
            {wordsOf(program.terms).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      </div>
      <section className="card">
        <h2>Claims and payouts over time</h2>
        {days.length === 0 ? (
          <Empty title="No claim yet.">The plot begins with the first one.</Empty>
        ) : (
          <div className="plot-and-table">
            <Plot days={days} unit={token} />
            <Scroll label="Claims and payouts by day">
              <table>
                <caption className="hidden">Claims and payouts by day</caption>
                <thead>
                  <tr>
                    <th scope="col">Day, UTC</th>
                    <th scope="col" className="right">
                      Claims
                    </th>
                    <th scope="col" className="right">
                      Claimed so far
                    </th>
                    <th scope="col" className="right">
                      Paid so far
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {days.map((sum) => (
                    <tr key={sum.day}>
                      <th scope="row">{utcDate(sum.day)}</th>
                      <td className="right">{sum.claims}</td>
                      <td className="right">{formatNumber(sum.claimedSoFar, token.decimals)}</td>
                      <td className="right">{formatNumber(sum.paidSoFar, token.decimals)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          </div>
        )}
      </section>
      <Claims program={program} claims={claims} mine={mine} />
      <section className="card">
        <h2>
          Policies <span className="hint">{policies.length}</span>
        </h2>
        {policies.length === 0 ? (
          <Empty title="No policy yet.">
            {mine ? (
              <a href="#/insurer/issue">Issue one on a patient's application.</a>
            ) : (
              "The insurer issues them."
            )}
          </Empty>
        ) : (
          <Scroll label="Policies">
            <table>
              <caption className="hidden">Policies of program {String(program.id)}</caption>
              <thead>
                <tr>
                  <th scope="col">Policy</th>
                  <th scope="col">Controller</th>
                  <th scope="col">Payee</th>
                  <th scope="col" className="right">
                    Periods
                  </th>
                  <th scope="col" className="right">
                    Reserved
                  </th>
                  <th scope="col" className="right">
                    Owed
                  </th>
                  <th scope="col" className="right">
                    Paid
                  </th>
                  <th scope="col">Issued</th>
                </tr>
              </thead>
              <tbody>
                {policies.map((policy) => (
                  <tr key={policy.id}>
                    <th scope="row">
                      {String(policy.id)}{" "}
                      {policy.ended === undefined ? null : <span className="tag">ended</span>}
                    </th>
                    <td>
                      <Hex value={policy.controller} kind="address" />
                    </td>
                    <td>
                      {/^0x0{40}$/.test(policy.payee) ? (
                        "the controller"
                      ) : (
                        <Hex value={policy.payee} kind="address" />
                      )}
                    </td>
                    <td className="right">{policy.periods}</td>
                    <td className="right">{policy.reserved}</td>
                    <td className="right">{policy.owed}</td>
                    <td className="right">{policy.paid}</td>
                    <td>{dateTime(policy.issued.time)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </section>
    </>
  );
}

function Claims({
  program,
  claims,
  mine,
}: {
  program: ProgramRow;
  claims: readonly ClaimRow[];
  mine: boolean;
}) {
  const { config } = useApp();
  const { tip } = useChain();
  const transact = useTransact();
  const [state, setState] = useState<ClaimState | "all">("all");
  const [policy, setPolicy] = useState("all");
  const [rejecting, setRejecting] = useState<ClaimRow>();
  const token = tokenOf(config, program.token);
  const numbers = [...new Set(claims.map((claim) => String(claim.policy)))];
  const shown = claims
    .filter(
      (claim) =>
        (state === "all" || claim.state === state) && (policy === "all" || String(claim.policy) === policy),
    )
    .sort((a, b) => b.last.block - a.last.block || a.period - b.period);
  const file = `program-${program.id}-claims`;

  function saveCsv(): void {
    const rows = shown.map((claim) => [
      claim.policy,
      claim.period,
      claim.state,
      formatAmount(program.benefit, { decimals: token.decimals, symbol: "" }).replaceAll(",", ""),
      token.symbol,
      claim.settled === undefined ? "" : iso(claim.settled.time),
      iso(claim.last.time),
      claim.last.block,
      claim.last.hash,
      claim.reason ?? "",
    ]);
    const header = [
      "policy",
      "period",
      "state",
      "benefit",
      "token",
      "verified",
      "last_change",
      "block",
      "transaction",
      "reason",
    ];
    download(`${file}.csv`, "text/csv", toCsv(header, rows));
  }

  return (
    <section className="card">
      <div className="card-head">
        <h2>
          Claims <span className="hint">{claims.length}</span>
        </h2>
        <div className="actions">
          <Button isDisabled={shown.length === 0} onPress={saveCsv}>
            CSV
          </Button>
          <Button
            isDisabled={shown.length === 0}
            onPress={() =>
              download(
                `${file}.json`,
                "application/json",
                toJson({
                  program: program.id,
                  token: program.token,
                  benefit: program.benefit,
                  claims: shown,
                }),
              )
            }
          >
            JSON
          </Button>
        </div>
      </div>
      {claims.length === 0 ? (
        <Empty title="No claim yet.">Claims appear here within seconds of their block.</Empty>
      ) : (
        <>
          <div className="filters">
            <Choice
              label="State"
              value={state}
              options={[
                ["all", "All states"],
                ...CLAIM_STATES.map((each) => [each, each.replace("-", " ")] as const),
              ]}
              onChange={setState}
            />
            <Choice
              label="Policy"
              value={policy}
              options={[
                ["all", "All policies"],
                ...numbers.map((number) => [number, `Policy ${number}`] as const),
              ]}
              onChange={setPolicy}
            />
            <p role="status" className="hint">
              {counted(shown.length, "claim")} shown
            </p>
          </div>
          <Scroll label="Claims">
            <table>
              <caption className="hidden">Claims of program {String(program.id)}</caption>
              <thead>
                <tr>
                  <th scope="col">Policy</th>
                  <th scope="col" className="right">
                    Period
                  </th>
                  <th scope="col">State</th>
                  <th scope="col" className="right">
                    Benefit
                  </th>
                  <th scope="col">Verified</th>
                  <th scope="col">Last change</th>
                  <th scope="col">Transaction</th>
                  {mine && program.reviewTime > 0 ? <th scope="col">Decide</th> : null}
                </tr>
              </thead>
              <tbody>
                {shown.map((claim) => (
                  <tr key={`${claim.policy}/${claim.period}`}>
                    <th scope="row">{String(claim.policy)}</th>
                    <td className="right">{claim.period}</td>
                    <td>
                      <span className={`state ${claim.state}`}>{claim.state.replace("-", " ")}</span>
                      {claim.until === undefined ? null : (
                        <div className="hint">until {dateTime(claim.until)}</div>
                      )}
                      {claim.reason === undefined ? null : <div className="hint">“{claim.reason}”</div>}
                    </td>
                    <td className="right">{formatNumber(program.benefit, token.decimals)}</td>
                    <td>{claim.settled === undefined ? "—" : dateTime(claim.settled.time)}</td>
                    <td>{dateTime(claim.last.time)}</td>
                    <td>
                      <Hex value={claim.last.hash} kind="tx" />
                    </td>
                    {mine && program.reviewTime > 0 ? (
                      <td>
                        {claim.state === "under-review" || claim.state === "rejected" ? (
                          <div className="actions">
                            <Button
                              onPress={() =>
                                transact(
                                  decidePlan(config, token, claim.policy, claim.period, program.benefit, ""),
                                )
                              }
                            >
                              Approve
                            </Button>
                            {claim.state === "under-review" && (tip?.timestamp ?? 0) < (claim.until ?? 0) ? (
                              <Button onPress={() => setRejecting(claim)}>Reject</Button>
                            ) : null}
                          </div>
                        ) : null}
                      </td>
                    ) : null}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
      {rejecting === undefined ? null : (
        <RejectDialog
          claim={rejecting}
          onClose={() => setRejecting(undefined)}
          onReject={(reason) => {
            setRejecting(undefined);
            transact(decidePlan(config, token, rejecting.policy, rejecting.period, program.benefit, reason));
          }}
        />
      )}
    </section>
  );
}

function RejectDialog({
  claim,
  onClose,
  onReject,
}: {
  claim: ClaimRow;
  onClose: () => void;
  onReject: (reason: string) => void;
}) {
  const [reason, setReason] = useState("");
  return (
    <Popup title={`Reject period ${claim.period} of policy ${claim.policy}`} onClose={onClose}>
      <Field
        label="Reason"
        value={reason}
        onChange={setReason}
        hint="Public for ever. Write no name, reading or other personal data."
      />
      <div className="actions">
        <Button onPress={onClose}>Cancel</Button>
        <Button className="primary" isDisabled={reason.trim() === ""} onPress={() => onReject(reason.trim())}>
          Continue
        </Button>
      </div>
    </Popup>
  );
}

function MoneyDialog({
  kind,
  program,
  onClose,
}: {
  kind: "fund" | "withdraw";
  program: ProgramRow;
  onClose: () => void;
}) {
  const { config, rpc } = useApp();
  const { account } = useWallet();
  const transact = useTransact();
  const [text, setText] = useState("");
  const [mint, setMint] = useState(true);
  const [balance, setBalance] = useState<bigint>();
  const [fault, setFault] = useState<string>();
  const token = tokenOf(config, program.token);
  useEffect(() => {
    if (account === undefined) return;
    let gone = false;
    rpc
      .call({ to: program.token, data: ERC20.encodeFunctionData("balanceOf", [account]) })
      .then((data) => !gone && setBalance(BigInt(data)))
      .catch((error: unknown) => !gone && setFault(sentenceOf(error).says));
    return () => {
      gone = true;
    };
  }, [rpc, program.token, account]);
  let amount: bigint | undefined;
  let error: string | undefined;
  try {
    if (text !== "") amount = parseAmount(text, token);
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
    error = `${formatAmount(program.free, token)} are free. Take less.`;
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
              ? fundPlan(config, token, program.id, account, amount, minted)
              : withdrawPlan(config, token, program.id, account, amount),
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
              ? `${formatAmount(program.free, token)} are free.`
              : (fault ??
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

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
