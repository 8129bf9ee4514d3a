// SPDX-License-Identifier: GPL-3.0-or-later
import { useMemo, useState } from "react";
import { Button } from "react-aria-components";
import { wordsOf } from "../data/circuits.ts";
import type { ProgramRow } from "../data/ledger.ts";
import { same, useChain, useWallet } from "../ui/app.tsx";
import { Empty, Loading } from "../ui/parts.tsx";
import { CircuitStop } from "../ui/stops.tsx";
import { Claims } from "./program/Claims.tsx";
import { History } from "./program/History.tsx";
import { Money } from "./program/Money.tsx";
import { MoneyDialog } from "./program/MoneyDialog.tsx";
import { Policies } from "./program/Policies.tsx";
import "./program/program.css";

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
  const { ledger } = useChain();
  const { account } = useWallet();
  const [money, setMoney] = useState<"fund" | "withdraw">();
  const mine = same(program.insurer, account);
  const policies = useMemo(
    () => [...(ledger?.policies.values() ?? [])].filter((policy) => policy.program === program.id),
    [ledger, program.id],
  );
  const claims = useMemo(
    () => (ledger?.claims ?? []).filter((claim) => claim.program === program.id),
    [ledger, program.id],
  );
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
          <a className="button" href={`#/audit/${program.id}`}>
            Audit this program
          </a>
          {mine ? (
            <>
              <a className="button" href="#/insurer/issue">
                Issue a policy
              </a>
              <Button isDisabled={program.free <= 0n} onPress={() => setMoney("withdraw")}>
                Withdraw
              </Button>
              <Button className="primary" onPress={() => setMoney("fund")}>
                Fund
              </Button>
            </>
          ) : null}
        </div>
      </div>
      <CircuitStop circuit={program.circuit} />
      {money === undefined ? null : (
        <MoneyDialog kind={money} program={program} onClose={() => setMoney(undefined)} />
      )}
      <div className="two even">
        <Money program={program} />
        <section className="card" aria-label="Terms">
          <h2>Terms</h2>
          <ul className="terms">
            {wordsOf(program.terms).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      </div>
      <History program={program} />
      <Claims program={program} claims={claims} />
      <Policies program={program} policies={policies} claims={claims} />
    </>
  );
}
