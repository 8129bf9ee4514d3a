// SPDX-License-Identifier: GPL-3.0-or-later
import { httpAttester, httpDemo, httpRelayer, type Relayer } from "@vitalproof/sdk";
import type { Provider } from "ethers";
import { useEffect, useMemo, useState } from "react";
import type { Config } from "../config/config.ts";
import { Loading } from "../ui/parts.tsx";
import { ApplyPanel } from "./ApplyPanel.tsx";
import { ClaimsPanel, ConsentPanel, RevealedPanel } from "./ClaimPanels.tsx";
import { PatientChain } from "./chain.ts";
import { DemoClock } from "./DemoClock.tsx";
import type { Step } from "./journey.ts";
import { Keeping } from "./Keeping.tsx";
import { Next } from "./Next.tsx";
import { PaymentPanel } from "./PaymentPanel.tsx";
import { pageProver } from "./pageProver.ts";
import { Act, Fault } from "./parts.tsx";
import { DaysPanel, EnrolPanel, ReadingsPanel } from "./ReadingsPanel.tsx";
import { useRelaying } from "./RelayerChoice.tsx";
import { PatientSession, type SessionParts } from "./session.ts";
import { useLooks } from "./useLooks.ts";
import type { Vault } from "./vault.ts";

/** Everything that a person does with an open vault. */
export function Work({
  config,
  provider,
  vault,
  onLock,
}: {
  config: Config;
  provider: Provider;
  vault: Vault;
  onLock: () => void;
}) {
  const parts = useMemo(() => partsOf(config, provider, vault), [config, provider, vault]);
  const relayer = useMemo(() => relayerOf(config), [config]);
  const relaying = useRelaying(config, relayer);
  const [session, setSession] = useState<PatientSession | undefined>();
  const [refusal, setRefusal] = useState<unknown>();
  useEffect(() => {
    PatientSession.open(parts).then(setSession, setRefusal);
  }, [parts]);
  const { view, refresh, ...looks } = useLooks(session, vault);

  const failure = refusal ?? looks.failure;
  const fault = failure === undefined ? null : <Fault error={failure} />;
  if (session === undefined || view === undefined) {
    return (
      <>
        {fault ?? <Loading what="Reading your log and the chain" />}
        {fault === null ? null : (
          <Act busy={false} onPress={() => void refresh()}>
            Try again
          </Act>
        )}
        <Keeping vault={vault} onLock={onLock} />
      </>
    );
  }
  const step = (name: Step["name"]): Step => view.steps.find((each) => each.name === name)!;
  const props = { config, session, view, step, refresh, relaying };
  return (
    <>
      {fault}
      <Next view={view} />
      {parts.demo === undefined ? null : <DemoClock view={view} demo={parts.demo} refresh={refresh} />}
      <EnrolPanel {...props} />
      <ApplyPanel {...props} />
      <ConsentPanel {...props} />
      <ReadingsPanel {...props} />
      <ClaimsPanel {...props} />
      <PaymentPanel {...props} />
      <DaysPanel {...props} />
      <RevealedPanel view={view} />
      <Keeping vault={vault} onLock={onLock} />
    </>
  );
}

/** The relayer waits for a block, the attester verifies a proof: both may take their time. Milliseconds. */
const PATIENCE = { timeout: 60_000 };

function relayerOf({ relayer }: Config): Relayer | undefined {
  return relayer === undefined ? undefined : httpRelayer(trimmed(relayer), PATIENCE);
}

function partsOf(config: Config, provider: Provider, vault: Vault): SessionParts {
  const { clock, applications } = config.demo ?? {};
  return {
    vault,
    chain: new PatientChain(config, provider),
    attester: config.attester === undefined ? undefined : httpAttester(trimmed(config.attester), PATIENCE),
    demo: clock === undefined ? undefined : httpDemo({ clock, applications }, PATIENCE),
    prover: pageProver(config),
  };
}

function trimmed(base: string): string {
  return base.replace(/\/$/, "");
}
