// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider } from "ethers";
import { useMemo } from "react";
import type { Config } from "../../config/config.ts";
import { Loading } from "../../ui/parts.tsx";
import { Keeping } from "../Keeping.tsx";
import { pageProver } from "../pageProver.ts";
import { Act, Fault } from "../parts.tsx";
import { useLooks } from "../useLooks.ts";
import type { Vault } from "../vault.ts";
import { AccessPanel } from "./AccessPanel.tsx";
import { ConsentsPanel } from "./ConsentsPanel.tsx";
import { DemoHospital } from "./DemoHospital.tsx";
import { LedgerChain } from "./ledgerChain.ts";
import { OfferPanel } from "./OfferPanel.tsx";
import { type ReadingWorker, readInWorker } from "./readingProtocol.ts";
import { LookedSession } from "./session.ts";
import "./looked.css";

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
  const { view, failure, refresh } = useLooks(session, vault);

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
