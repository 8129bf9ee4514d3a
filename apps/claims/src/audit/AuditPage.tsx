// SPDX-License-Identifier: GPL-3.0-or-later
import { verdictOf } from "@vitalproof/audit";
import { useMemo } from "react";
import { Button } from "react-aria-components";
import type { Config } from "../config/config.ts";
import { same, useApp } from "../ui/app.tsx";
import { Fault, Notice } from "../ui/parts.tsx";
import { Report } from "./Report.tsx";
import { type Audit, useAudit } from "./useAudit.ts";

/** The audit of one program: begins when the page is opened. */
export function AuditPage({ program }: { program: bigint }) {
  const { config } = useApp();
  const job = useMemo(
    () => ({
      rpc: config.chain.rpc,
      chainId: config.chain.id,
      claims: config.contracts.claims,
      program,
      // 0 is what a configuration without it has: then the contracts' creation is looked for, as the command does.
      fromBlock: config.fromBlock === 0 ? undefined : config.fromBlock,
    }),
    [config, program],
  );
  const { state, stop, again } = useAudit(job);
  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <a href="#/audit">Audit</a>
          </p>
          <h1>Audit of program {String(program)}</h1>
        </div>
        <div className="actions">
          <a className="button" href={`#/insurer/programs/${program}`}>
            The program's page
          </a>
          {state.kind === "running" ? (
            <Button onPress={stop}>Stop</Button>
          ) : (
            <Button onPress={again}>{state.kind === "done" ? "Audit again" : "Try again"}</Button>
          )}
        </div>
      </div>
      <p className="hint">
        This only reads: nothing is signed, no wallet is needed. What is asked goes to the node at{" "}
        <code>{new URL(config.chain.rpc).host}</code>, proofs are verified in this browser.
      </p>
      <p role="status" className="hidden">
        {aloud(state)}
      </p>
      {state.kind === "running" ? <Running step={state.step} /> : null}
      {state.kind === "stopped" ? (
        <Notice kind="info" title="You stopped the audit. There is no result." />
      ) : null}
      {state.kind === "failed" ? <Fault sentence={state.sentence} /> : null}
      {state.kind === "done" ? (
        <>
          <OtherContracts named={config.contracts} found={state.report.contracts} />
          <Report report={state.report} />
        </>
      ) : null}
    </>
  );
}

/** The audit looks at the contracts that the claims contract names; the rest of the page at those of its configuration. */
function OtherContracts({ named, found }: { named: Config["contracts"]; found: Config["contracts"] }) {
  const others = (["anchors", "consents", "circuits", "scopes", "pauses", "custody"] as const).filter(
    (name) => !same(named[name], found[name]),
  );
  return others.length === 0 ? null : (
    <Notice
      kind="warning"
      title={`The claims contract uses other contracts than this page's configuration: ${others.join(", ")}.`}
    >
      The audit used those of the claims contract. The operator of this page should correct its config.json.
    </Notice>
  );
}

/** What a screen reader announces: the steps without their counts, which change too often. */
function aloud(state: Audit["state"]): string {
  if (state.kind === "running") return `Auditing: ${state.step.split(",")[0]}`;
  return state.kind === "done" ? verdictOf(state.report).sentence : "";
}

function Running({ step }: { step: string }) {
  return (
    <section className="card loading" aria-label="Progress">
      <span className="bar" aria-hidden="true" />
      <span className="bar" aria-hidden="true" />
      <span>Auditing: {step} …</span>
    </section>
  );
}
