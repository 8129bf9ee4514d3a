// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount } from "@vitalproof/sdk";
import { useState } from "react";
import { headlineOf } from "../data/circuits.ts";
import { type ProgramRow, totalsOf } from "../data/ledger.ts";
import { same, tokenOf, useApp, useChain, useWallet } from "../ui/app.tsx";
import { Empty, Hex, Loading } from "../ui/parts.tsx";
import { counted, duration } from "../words/format.ts";
import { MoneyFigures } from "./MoneyFigures.tsx";

/** The insurer's first page: money by token, and the programs. */
export function Overview() {
  const { config } = useApp();
  const { ledger } = useChain();
  const { account } = useWallet();
  const [wanted, setAll] = useState<boolean>();
  if (ledger === undefined) return <Loading what="Reading the chain" />;
  // Without a wallet no program is the reader's own.
  const all = wanted ?? account === undefined;
  const every = [...ledger.programs.values()].reverse();
  const own = every.filter(({ insurer }) => same(insurer, account));
  const shown = all ? every : own;
  return (
    <>
      <div className="page-head">
        <h1>Programs</h1>
        <div className="actions">
          <a className="button" href="#/insurer/issue">
            Issue a policy
          </a>
          <a className="button primary" href="#/insurer/new">
            New program
          </a>
        </div>
      </div>
      <section aria-label={all ? "Money of all programs" : "Money of your programs"} className="totals">
        {[...totalsOf(shown)].map(([address, sum]) => {
          const token = tokenOf(config, address);
          return (
            <div className="card" key={address}>
              <h2>
                {token.symbol} <span className="hint">{all ? "in all programs" : "in your programs"}</span>
              </h2>
              <MoneyFigures {...sum} decimals={token.decimals} />
            </div>
          );
        })}
      </section>
      <fieldset className="segments">
        <legend className="hidden">Which programs</legend>
        {(
          [
            [false, `Your programs (${own.length})`],
            [true, `All programs (${every.length})`],
          ] as const
        ).map(([value, text]) => (
          <label key={text}>
            <input type="radio" name="which" checked={all === value} onChange={() => setAll(value)} />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
      {shown.length === 0 ? (
        <Empty title={all ? "Nobody has published a program yet." : "You have no program yet."}>
          {account === undefined ? (
            "Connect a wallet to publish the first one."
          ) : (
            <a href="#/insurer/new">Publish one: choose a circuit, its bounds and a benefit.</a>
          )}
        </Empty>
      ) : (
        <ul className="programs">
          {shown.map((program) => (
            <ProgramCard key={program.id} program={program} />
          ))}
        </ul>
      )}
    </>
  );
}

function ProgramCard({ program }: { program: ProgramRow }) {
  const { config } = useApp();
  const { ledger } = useChain();
  const { account } = useWallet();
  const token = tokenOf(config, program.token);
  const policies = [...(ledger?.policies.values() ?? [])].filter((policy) => policy.program === program.id);
  const group = config.groups.find(({ id }) => id === program.group);
  return (
    <li className="card program">
      <div className="program-head">
        <h3>
          <a href={`#/insurer/programs/${program.id}`}>Program {String(program.id)}</a>
        </h3>
        {same(program.insurer, account) ? <span className="tag">yours</span> : null}
      </div>
      <p>{headlineOf(program.terms)}</p>
      <p className="hint">
        {formatAmount(program.benefit, token)} per met period · {group?.name ?? `group ${program.group}`} ·{" "}
        {program.assurance} · claims within {duration(program.claimWindow)} ·{" "}
        {counted(policies.length, "policy", "policies")}
        {same(program.insurer, account) ? null : (
          <>
            {" "}
            · insurer <Hex value={program.insurer} kind="address" />
          </>
        )}
      </p>
      <dl className="figures small">
        <div>
          <dt>Free</dt>
          <dd>{formatAmount(program.free, token)}</dd>
        </div>
        <div>
          <dt>Reserved</dt>
          <dd>{formatAmount(program.reserved, token)}</dd>
        </div>
        <div>
          <dt>Owed</dt>
          <dd>{formatAmount(program.owed, token)}</dd>
        </div>
      </dl>
    </li>
  );
}
