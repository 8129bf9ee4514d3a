// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider } from "ethers";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import type { Config } from "../config/config.ts";
import { Empty, Loading } from "../ui/parts.tsx";
import { type BrowserBackend, browserBackend } from "./browserBackend.ts";
import { Entrance } from "./IdentityPanel.tsx";
import { Fault } from "./parts.tsx";
import { Vault } from "./vault.ts";
import "./patient.css";

// Readers, calendars and hashes are many; nobody needs them before the vault is open.
const Work = lazy(async () => ({ default: (await import("./Work.tsx")).Work }));
const Looked = lazy(async () => ({ default: (await import("./looked/Looked.tsx")).Looked }));

/** Held by the one tab that works on the vault. */
const TAB_LOCK = "vitalproof-patient";
export type PatientPagesProps = {
  /** The part of the patient's side that is shown; one vault is open for both. */
  part: "policy" | "looked";
  config: Config;
  provider: Provider;
  /** Where the sealed vault is kept; the browser's IndexedDB when left out. */
  vaultBackend?: BrowserBackend;
};

/** The patient's side of the page. Readings, salts and secrets stay inside it. */
export function PatientPages(props: PatientPagesProps) {
  const { part, config } = props;
  return (
    <>
      <h1>{part === "policy" ? "For patients" : "Who looked at my data"}</h1>
      {config.ledger === undefined ? null : (
        <nav aria-label="For patients" className="patient-parts">
          <a href="#/patient" aria-current={part === "policy" ? "page" : undefined}>
            My policy
          </a>
          <a href="#/patient/looked" aria-current={part === "looked" ? "page" : undefined}>
            Who looked at my data
          </a>
        </nav>
      )}
      <Pages {...props} />
    </>
  );
}

function Pages({ part, config, provider, vaultBackend }: PatientPagesProps) {
  const backend = useMemo(() => vaultBackend ?? browserBackend(), [vaultBackend]);
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
      <div role="status">
        <Empty title="Your identity is open in another tab">
          Two tabs would seal the same day twice. Close the other one, and this one goes on.
        </Empty>
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
  const { ledger } = config;
  const props = { provider, vault, onLock: () => setVault(undefined) };
  return (
    <Suspense fallback={<Loading what="Loading your page" />}>
      {part === "policy" ? (
        <Work config={config} {...props} />
      ) : ledger === undefined ? (
        <Empty title="This page is not set up for it">Its configuration names no health ledger.</Empty>
      ) : (
        <Looked config={{ ...config, ledger }} {...props} />
      )}
    </Suspense>
  );
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
