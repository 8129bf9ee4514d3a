// SPDX-License-Identifier: GPL-3.0-or-later
import { JsonRpcProvider, Network } from "ethers";
import { lazy, StrictMode, Suspense, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { type Config, loadConfig } from "./config/config.ts";
import { ChainStore } from "./data/chainStore.ts";
import { CostBook } from "./data/costs.ts";
import { Overview } from "./insurer/Overview.tsx";
import { type App, AppContext, useApp, useRoute } from "./ui/app.tsx";
import { Empty, Fault, Loading } from "./ui/parts.tsx";
import { Shell } from "./ui/Shell.tsx";
import { TransactProvider } from "./ui/transaction.tsx";
import { discoverWallets, type Eip1193, type WalletChoice } from "./wallet/discovery.ts";
import { WalletConnection } from "./wallet/wallet.ts";
import { type Sentence, sentenceOf } from "./words/sentences.ts";

// Pages that are not the first come when they are asked for.
const CreateProgram = lazy(async () => ({
  default: (await import("./insurer/CreateProgram.tsx")).CreateProgram,
}));
const ProgramPage = lazy(async () => ({ default: (await import("./insurer/ProgramPage.tsx")).ProgramPage }));
const Issue = lazy(async () => ({ default: (await import("./insurer/Issue.tsx")).Issue }));

const PatientPages = lazy(async () => ({
  default: (await import("./patient/PatientPages.tsx")).PatientPages,
}));

const AuditPages = lazy(async () => ({ default: (await import("./audit/AuditPages.tsx")).AuditPages }));

type Services = Omit<App, "wallets">;

function servicesOf(config: Config): Services {
  const network = Network.from(config.chain.id);
  const rpc = new JsonRpcProvider(config.chain.rpc, network, {
    staticNetwork: network,
    pollingInterval: 1000,
    // An answer from before the last block would give a second transaction the nonce of the first.
    cacheTimeout: -1,
  });
  return {
    config,
    rpc,
    wallet: new WalletConnection(config, window.localStorage),
    chain: new ChainStore(config, rpc),
    costs: new CostBook(config.contracts.claims, rpc),
  };
}

function Root() {
  const [services, setServices] = useState<Services>();
  const [fault, setFault] = useState<Sentence>();
  useEffect(() => {
    loadConfig(document.baseURI).then(
      (config) => setServices(servicesOf(config)),
      (error: unknown) => setFault(sentenceOf(error)),
    );
  }, []);
  if (fault !== undefined) {
    return (
      <main className="alone">
        <h1>This page is not set up yet</h1>
        <Fault sentence={fault} />
      </main>
    );
  }
  return services === undefined ? (
    <main className="alone">
      <Loading what="Loading" />
    </main>
  ) : (
    <Ready services={services} />
  );
}

function Ready({ services }: { services: Services }) {
  const { config, rpc, wallet } = services;
  const [injected, setInjected] = useState<WalletChoice[]>([]);
  const [demo] = useState((): WalletChoice[] =>
    (config.demo?.accounts ?? []).map(({ name, privateKey }, i) => ({
      id: `demo:${i}`,
      name,
      icon: undefined,
      kind: "demo",
      provider: lazily(async () =>
        (await import("./wallet/demoWallet.ts")).demoWallet(privateKey, rpc, config.chain.id),
      ),
    })),
  );
  useEffect(() => discoverWallets(window, setInjected), []);
  const [app, setApp] = useState<App>({ ...services, wallets: demo });
  useEffect(() => setApp({ ...services, wallets: [...injected, ...demo] }), [services, injected, demo]);
  // The wallet of the last visit, if it still shows an account to this page.
  useEffect(() => {
    const before = app.wallets.find(({ id }) => id === wallet.remembered());
    const { account, busy, error } = wallet.state();
    if (before !== undefined && account === undefined && !busy && error === undefined)
      void wallet.connect(before, true);
  }, [app, wallet]);
  return (
    <AppContext value={app}>
      <TransactProvider>
        <Shell>
          <Suspense fallback={<Loading what="Loading the page" />}>
            <Page />
          </Suspense>
        </Shell>
      </TransactProvider>
    </AppContext>
  );
}

/** A wallet whose code is loaded when it is first asked: keys in the page are for demonstrations only. */
function lazily(load: () => Promise<Eip1193>): Eip1193 {
  let wallet: Promise<Eip1193> | undefined;
  return {
    async request(call) {
      wallet ??= load();
      return (await wallet).request(call);
    },
  };
}

function Page() {
  const { config, rpc } = useApp();
  const route = useRoute();
  const [area, what, id] = route;
  if (area === undefined || (area === "insurer" && what === undefined)) return <Overview />;
  if (area === "insurer" && what === "new" && id === undefined) return <CreateProgram />;
  if (area === "insurer" && what === "issue" && id === undefined) return <Issue />;
  if (area === "insurer" && what === "programs" && id !== undefined) return <ProgramPage key={id} id={id} />;
  // To leave it is to lock it: no key stays behind another page.
  if (area === "patient" && (what === undefined || (what === "looked" && id === undefined))) {
    const part = what === undefined ? "policy" : "looked";
    return <PatientPages part={part} config={config} provider={rpc} />;
  }
  if (area === "audit" && id === undefined) return <AuditPages id={what} />;
  return (
    <>
      <h1>Not found</h1>
      <Empty title="There is no such page.">
        <a href="#/insurer">Go to the programs.</a>
      </Empty>
    </>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
