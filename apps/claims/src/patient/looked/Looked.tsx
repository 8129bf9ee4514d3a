// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider } from "ethers";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Config } from "../../config/config.ts";
import { Loading } from "../../ui/parts.tsx";
import { Keeping } from "../Keeping.tsx";
import { pageProver } from "../pageProver.ts";
import { Act, Fault } from "../parts.tsx";
import type { Vault } from "../vault.ts";
import { AccessPanel } from "./AccessPanel.tsx";
import { ConsentsPanel } from "./ConsentsPanel.tsx";
import { DemoHospital } from "./DemoHospital.tsx";
import { LedgerChain } from "./ledgerChain.ts";
import { OfferPanel } from "./OfferPanel.tsx";
import { type ReadingWorker, readInWorker } from "./readingProtocol.ts";
import { LookedSession } from "./session.ts";
import type { LookedView } from "./view.ts";
import "./looked.css";

/** Milliseconds between two looks at the chain while the page is in view. */
const LOOK = 15_000;

/** Who looked at a patient's data, and the consents under which they did. */
export function Looked({
  config,
  provider,
  vault,
  onLock,
}: {
  config: Config & { ledger: string };
  provider: Provider;
  vault: Vault;
  onLock: () => void;
}) {
  const session = useMemo(
    () =>
      new LookedSession({
        vault,
        chain: new LedgerChain(config, provider),
        prover: pageProver(config),
        hospitals: config.hospitals,
        read: (job) => readInWorker(job, worker),
      }),
    [config, provider, vault],
  );
  const [view, setView] = useState<LookedView | undefined>();
  const [failure, setFailure] = useState<unknown>();
  // Looks can overtake each other, and an older one must not replace what a newer one has shown.
  const looks = useRef({ begun: 0, shown: 0 });
  const refresh = useCallback(async () => {
    if (vault.locked) return;
    const look = ++looks.current.begun;
    try {
      const seen = await session.view();
      if (look < looks.current.shown) return;
      looks.current.shown = look;
      setView(seen);
      setFailure(undefined);
    } catch (error) {
      // When the vault was locked meanwhile, the failure does not matter.
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

  const fault =
    failure === undefined ? null : (
      <>
        <Fault error={failure} />
        <Act busy={false} onPress={() => void refresh()}>
          Try again
        </Act>
      </>
    );
  const props = view === undefined ? undefined : { config, session, view, refresh };
  return (
    <>
      {fault}
      {props === undefined ? (
        fault === null ? (
          <Loading what="Reading who looked" />
        ) : null
      ) : (
        <div className="looked">
          <AccessPanel {...props} />
          <ConsentsPanel {...props} />
          <OfferPanel {...props} />
          {config.demo?.hospital === undefined ? null : (
            <DemoHospital hospital={config.demo.hospital} refresh={refresh} />
          )}
        </div>
      )}
      <Keeping vault={vault} onLock={onLock} />
    </>
  );
}

function worker(): ReadingWorker {
  return new Worker(new URL("./readingWorker.ts", import.meta.url), {
    type: "module",
  }) as unknown as ReadingWorker;
}
