// SPDX-License-Identifier: GPL-3.0-or-later
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { dateTime, short } from "../words/format.ts";
import { useApp, useChain, useRoute, useWallet } from "./app.tsx";
import { Empty, Fault, Notice, Popup } from "./parts.tsx";
import { GlobalStops } from "./stops.tsx";

/** Head, foot and banners around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const { config, wallet } = useApp();
  const { tip, error } = useChain();
  const { account, wallet: chosen, chainId, busy, error: walletError } = useWallet();
  const [choosing, setChoosing] = useState(false);
  const route = useRoute().join("/");
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  // After a change of page, focus and reading begin at the new page.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the route changes
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    main.current?.focus();
    window.scrollTo(0, 0);
  }, [route]);
  const elsewhere = account !== undefined && chainId !== config.chain.id;
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header className="top">
        <a className="brand" href="#/insurer">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" />
            <path d="M7 17h4l3-8 4 14 3-6h4" />
          </svg>
          <span>{config.name}</span>
        </a>
        <nav aria-label="Main">
          <a href="#/insurer" aria-current={route === "" || route === "insurer" ? "page" : undefined}>
            Programs
          </a>
          <a href="#/insurer/new" aria-current={route === "insurer/new" ? "page" : undefined}>
            New
          </a>
          <a href="#/insurer/issue" aria-current={route === "insurer/issue" ? "page" : undefined}>
            Issue
          </a>
          <a href="#/patient" aria-current={route.startsWith("patient") ? "page" : undefined}>
            For patients
          </a>
          <a href="#/audit" aria-current={route.startsWith("audit") ? "page" : undefined}>
            Audit
          </a>
        </nav>
        <Button
          className={account === undefined ? "primary" : "account"}
          isDisabled={busy}
          onPress={() => setChoosing(true)}
        >
          {busy ? (
            "Connecting …"
          ) : account === undefined ? (
            "Connect a wallet"
          ) : (
            <>
              <span className="wallet-name">{chosen?.name}</span> <code>{short(account)}</code>
            </>
          )}
        </Button>
      </header>
      {choosing ? <WalletDialog onClose={() => setChoosing(false)} /> : null}
      <main id="main" ref={main} tabIndex={-1}>
        {elsewhere ? (
          <Notice
            kind="warning"
            title={`Your wallet is on chain ${chainId}, not on ${config.chain.name} (${config.chain.id}).`}
          >
            <p>You can read everything; nothing can be sent until it changes.</p>
            <Button className="primary" isDisabled={busy} onPress={() => void wallet.switchChain()}>
              Change to {config.chain.name}
            </Button>
          </Notice>
        ) : null}
        <div aria-live="polite" className="live">
          {walletError === undefined ? null : <Notice kind="warning" title={walletError} />}
        </div>
        <GlobalStops />
        {error === undefined ? null : (
          <Fault sentence={{ says: `The chain could not be read: ${error.says}`, hint: error.hint }} />
        )}
        {children}
      </main>
      <footer>
        <span>
          {config.chain.name}
          {tip === undefined
            ? ""
            : `, block ${tip.number.toLocaleString("en-GB")}, ${dateTime(tip.timestamp)}`}
        </span>
        <span>Unaudited, with development keys only. Do not use it with real funds.</span>
      </footer>
    </>
  );
}

function WalletDialog({ onClose }: { onClose: () => void }) {
  const { wallets, wallet } = useApp();
  const { account, wallet: chosen } = useWallet();
  return (
    <Popup title={account === undefined ? "Connect a wallet" : "Wallet"} onClose={onClose}>
      {wallets.length === 0 ? (
        <Empty title="No wallet was found in this browser.">
          Install one that follows EIP-6963 and reload. Reading works without.
        </Empty>
      ) : (
        <ul className="wallets">
          {wallets.map((each) => {
            const current = account !== undefined && chosen?.id === each.id;
            return (
              <li key={each.id}>
                <Button
                  aria-current={current ? "true" : undefined}
                  onPress={() => {
                    onClose();
                    if (!current) void wallet.connect(each);
                  }}
                >
                  {each.icon === undefined ? (
                    <span className="wallet-icon" aria-hidden="true">
                      {each.name.slice(0, 1)}
                    </span>
                  ) : (
                    <img className="wallet-icon" src={each.icon} alt="" />
                  )}
                  <span>
                    {each.name}
                    <span className="hint">
                      {each.kind === "demo"
                        ? "Test wallet: its key is public and it signs without asking"
                        : each.id}
                    </span>
                  </span>
                  {current ? <span className="tag">connected</span> : null}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      {account === undefined ? null : (
        <div className="actions">
          <Button
            onPress={() => {
              wallet.disconnect();
              onClose();
            }}
          >
            Disconnect
          </Button>
        </div>
      )}
    </Popup>
  );
}
