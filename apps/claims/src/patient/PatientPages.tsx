// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider } from "ethers";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Config } from "../config/config.ts";
import { dateTime } from "../ui/format.ts";
import { useCarrying } from "./CarrierChoice.tsx";
import { ApplyPanel, ClaimsPanel, ConsentPanel, RevealedPanel } from "./ClaimPanels.tsx";
import type { Carrier } from "./carrier.ts";
import { PatientChain } from "./chain.ts";
import { Entrance, Keeping } from "./IdentityPanel.tsx";
import { nextMoment, nextOf, type Step } from "./journey.ts";
import { indexedDbKeyValue, type KeyValue } from "./keyValue.ts";
import { MANIFESTS } from "./manifests.ts";
import { PaymentPanel } from "./PaymentPanel.tsx";
import { Act, Fault, Outcome, Panel, useAction } from "./parts.tsx";
import { proverClient } from "./proverClient.ts";
import type { WorkerLike } from "./proverProtocol.ts";
import { DaysPanel, EnrolPanel, ReadingsPanel } from "./ReadingsPanel.tsx";
import { clinicService, demoService, relayerService } from "./services.ts";
import { PatientSession, type SessionParts, type View } from "./session.ts";
import { Vault } from "./vault.ts";
import "./patient.css";

/** Held by the one tab that works on the vault. */
const TAB_LOCK = "vitalproof-patient";
/** Milliseconds between two looks at the chain while the page is in view. */
const LOOK = 15_000;

export type PatientPagesProps = {
  config: Config;
  provider: Provider;
  /** Where the sealed vault is kept; the browser's IndexedDB when left out. */
  vaultBackend?: KeyValue;
};

/** The patient's side of the page. Readings, salts and secrets stay inside it. */
export function PatientPages(props: PatientPagesProps) {
  return (
    <>
      <h1>For patients</h1>
      <Pages {...props} />
    </>
  );
}

function Pages({ config, provider, vaultBackend }: PatientPagesProps) {
  const backend = useMemo(() => vaultBackend ?? indexedDbKeyValue(), [vaultBackend]);
  const [exists, setExists] = useState<boolean | undefined>();
  const [failure, setFailure] = useState<unknown>();
  const [vault, setVault] = useState<Vault | undefined>();

  const look = useCallback(() => {
    Vault.exists(backend).then(setExists, setFailure);
  }, [backend]);
  useEffect(look, [look]);
  // A page that is left must not keep the key.
  useEffect(() => () => vault?.lock(), [vault]);

  const alone = useOnlyTab();

  if (failure !== undefined) return <Fault error={failure} />;
  if (!alone) {
    return (
      <div className="empty" role="status">
        <strong>Your identity is open in another tab</strong>
        <div>Two tabs would seal the same day twice. Close the other one, and this one goes on.</div>
      </div>
    );
  }
  if (exists === undefined) return <Loading what="Looking for your identity" />;
  if (vault === undefined) {
    return (
      <Entrance
        backend={backend}
        exists={exists}
        onRemoved={look}
        onOpen={(opened) => {
          setExists(true);
          setVault(opened);
        }}
      />
    );
  }
  return <Work config={config} provider={provider} vault={vault} onLock={() => setVault(undefined)} />;
}

/** Whether this is the only tab at work: a log has one writer at a time. Always so where browsers have no locks. */
function useOnlyTab(): boolean {
  const [alone, setAlone] = useState(!("locks" in navigator));
  useEffect(() => {
    if (!("locks" in navigator)) return;
    const gone = new AbortController();
    let release = (): void => gone.abort();
    navigator.locks
      .request(TAB_LOCK, { signal: gone.signal }, () => {
        setAlone(true);
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      })
      // Only leaving before the lock was given ends in an error.
      .catch(() => undefined);
    return () => {
      release();
      setAlone(false);
    };
  }, []);
  return alone;
}

function Work({
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
  const carrying = useCarrying(config, relayer);
  const [session, setSession] = useState<PatientSession | undefined>();
  const [view, setView] = useState<View | undefined>();
  const [failure, setFailure] = useState<unknown>();

  useEffect(() => {
    PatientSession.open(parts).then(setSession, setFailure);
  }, [parts]);

  const refresh = useCallback(async () => {
    if (session === undefined || vault.locked) return;
    try {
      setView(await session.view());
      setFailure(undefined);
    } catch (error) {
      // A look that the lock overtook is nobody's concern.
      if (!vault.locked) setFailure(error);
    }
  }, [session, vault]);

  useEffect(() => {
    void refresh();
    const timer = setInterval(() => {
      if (!document.hidden) void refresh();
    }, LOOK);
    return () => clearInterval(timer);
  }, [refresh]);

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
  const props = { config, session, view, step, refresh, carrying };
  return (
    <>
      {fault}
      <Next view={view} />
      {parts.demo === undefined ? null : <Clock view={view} demo={parts.demo} refresh={refresh} />}
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

const NAMES: Readonly<Record<Step["name"], string>> = {
  enrol: "Enrol",
  import: "Import readings",
  seal: "Seal and send",
  apply: "Apply",
  consent: "Consent",
  prove: "Prove",
  submit: "Claim",
  payment: "Payment",
  revoke: "Take back",
};
const STANDING: Readonly<Record<Step["state"], string>> = {
  can: "You can do this now.",
  wait: "Waiting.",
  no: "Not yet.",
  done: "Done.",
};

/** What to do now, what is waited for, and everything else folded. */
function Next({ view }: { view: View }) {
  const next = nextOf(view.steps);
  // Two steps that wait for the same moment say the same.
  const waits = view.steps.filter(
    ({ state, at }, i) =>
      state === "wait" &&
      (at === undefined || !view.steps.slice(0, i).some((step) => step.state === "wait" && step.at === at)),
  );
  return (
    <Panel title="What to do next">
      {next === undefined ? (
        <p>Nothing for now.</p>
      ) : (
        <p className="patient-next">
          <strong>{NAMES[next.name]}.</strong> {next.reason}
        </p>
      )}
      {waits.map(({ name, reason, at }) => (
        <p key={name} className="hint">
          Waiting: {reason}
          {at === undefined ? "" : ` From ${dateTime(at)}.`}
        </p>
      ))}
      <details>
        <summary>All steps</summary>
        <ul className="patient-steps">
          {view.steps.map(({ name, state, reason, at }) => (
            <li key={name} data-state={state}>
              <strong>{NAMES[name]}</strong>
              <span>
                {STANDING[state]} {reason}
                {at === undefined ? "" : ` From ${dateTime(at)}.`}
              </span>
            </li>
          ))}
        </ul>
      </details>
    </Panel>
  );
}

/** The demonstration's clock: time passes when somebody says so. */
function Clock({
  view,
  demo,
  refresh,
}: {
  view: View;
  demo: NonNullable<SessionParts["demo"]>;
  refresh: () => Promise<void>;
}) {
  const action = useAction();
  const next = nextMoment(view.steps, view.now);
  return (
    <section className="patient-clock" aria-label="The demonstration's clock">
      <p className="hint">Demonstration: it is {dateTime(view.now)} on the chain.</p>
      <Act
        quiet
        busy={action.busy}
        reason={next === undefined ? "Nothing waits for the clock." : undefined}
        onPress={() =>
          action.run(async () => {
            // A minute more: heads are due from an epoch's end, anchors from a second after the intake's.
            await demo.passUntil(next! + 60);
            await refresh();
            return `Time has passed until ${dateTime(next! + 60)}.`;
          })
        }
      >
        {next === undefined ? "Let time pass" : `Let time pass until ${dateTime(next)}`}
      </Act>
      <Outcome action={action} />
    </section>
  );
}

function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      {what} …
    </div>
  );
}

/** The relayer waits for a block, the clinic verifies a proof: both may take their time. Milliseconds. */
const PATIENCE = { timeout: 60_000 };

function relayerOf({ relayer }: Config): Carrier | undefined {
  return relayer === undefined ? undefined : relayerService(trimmed(relayer), PATIENCE);
}

function partsOf(config: Config, provider: Provider, vault: Vault): SessionParts {
  const { clock, applications } = config.demo ?? {};
  return {
    vault,
    chain: new PatientChain(config, provider),
    clinic: config.clinic === undefined ? undefined : clinicService(trimmed(config.clinic), PATIENCE),
    demo: clock === undefined ? undefined : demoService({ clock, applications }, PATIENCE),
    prover: proverClient({
      artifacts: new URL(config.artifacts, document.baseURI).href,
      manifests: MANIFESTS,
      worker: () =>
        new Worker(new URL("./provingWorker.ts", import.meta.url), {
          type: "module",
        }) as unknown as WorkerLike,
    }),
  };
}

function trimmed(base: string): string {
  return base.replace(/\/$/, "");
}
