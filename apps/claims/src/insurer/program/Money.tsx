// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount } from "@vitalproof/sdk";
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { type Difference, differences, figuresOf } from "../../data/agreement.ts";
import type { ProgramRow } from "../../data/ledger.ts";
import { same, tokenOf, useApp, useChain, useWallet } from "../../ui/app.tsx";
import { Hex, Notice } from "../../ui/parts.tsx";
import { dateTime, duration } from "../../words/format.ts";
import { type Sentence, sentenceOf } from "../../words/sentences.ts";
import { MoneyFigures } from "../MoneyFigures.tsx";

/** What the program has, and the rules about it. */
export function Money({ program }: { program: ProgramRow }) {
  const { config } = useApp();
  const { account } = useWallet();
  const token = tokenOf(config, program.token);
  const mine = same(program.insurer, account);
  const group = config.groups.find((each) => each.id === program.group);
  return (
    <section className="card" aria-label="Money">
      <h2>Money, {token.symbol}</h2>
      <MoneyFigures {...program} decimals={token.decimals} />
      <Agreement program={program} />
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
        <dt>Attester</dt>
        <dd>
          {group?.name ?? "A group that config.json does not name"}, group {String(program.group)},{" "}
          {program.assurance}
        </dd>
        <dt>Scope</dt>
        <dd>{String(program.scope)}</dd>
        <dt>Escrow</dt>
        <dd>
          {String(program.escrow)} in custody <Hex value={config.contracts.custody} kind="address" />
        </dd>
        <dt>Published</dt>
        <dd>{dateTime(program.created.time)}</dd>
      </dl>
    </section>
  );
}

type Checked = {
  readonly block: number;
  readonly differences?: readonly Difference[];
  readonly failed?: Sentence;
};

/** Whether custody says the same as the events that were read. */
function Agreement({ program }: { program: ProgramRow }) {
  const { config, rpc, chain } = useApp();
  const { ledger, tip } = useChain();
  const [checked, setChecked] = useState<Checked>();
  const token = tokenOf(config, program.token);
  useEffect(() => {
    if (ledger === undefined || tip === undefined) return;
    let gone = false;
    const block = tip.number;
    differences(config.contracts.custody, rpc, program, figuresOf(ledger, program), block).then(
      (found) => !gone && setChecked({ block, differences: found }),
      (error: unknown) => !gone && setChecked({ block, failed: sentenceOf(error) }),
    );
    return () => {
      gone = true;
    };
  }, [config, rpc, program, ledger, tip]);
  if (checked === undefined) return <p className="hint agreement">Comparing with custody …</p>;
  const at = `block ${checked.block.toLocaleString("en-GB")}`;
  if (checked.failed !== undefined) {
    return (
      <p className="hint agreement">
        Not compared with custody at {at}: {checked.failed.says}
      </p>
    );
  }
  if (checked.differences?.length === 0) {
    return <p className="hint agreement">✓ Agrees with custody at {at}.</p>;
  }
  return (
    <Notice kind="warning" title={`The events that were read do not agree with custody at ${at}.`}>
      <ul className="says">
        {checked.differences?.map(({ name, byEvents, byContract }) => (
          <li key={name}>
            {name}: {formatAmount(byEvents, token)} by the events, {formatAmount(byContract, token)} by
            custody.
          </li>
        ))}
      </ul>
      <p>
        Custody is right. Check `fromBlock` in config.json and that the node gives all logs, then read them
        again.
      </p>
      <Button onPress={() => void chain.reread()}>Read the chain again</Button>
    </Notice>
  );
}
