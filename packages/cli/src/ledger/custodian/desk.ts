// SPDX-License-Identifier: GPL-3.0-or-later
//
// What every custodian's command does first: open the vault, connect, open the page, settle what is final and look.
import { performance } from "node:perf_hooks";
import type { Prover } from "@vitalproof/sdk";
import {
  CustodianPage,
  LedgerClient,
  ledgerEvents,
  type NewPage,
  type PageAddress,
  type PageStatus,
} from "@vitalproof/sdk/ledger";
import { type Command, Option } from "commander";
import type { ContractRunner } from "ethers";
import { artifactsOf } from "../../artifacts.ts";
import { withHints } from "../../chain/hints.ts";
import { clockOf } from "../../clock.ts";
import { type Chain, withChain } from "../../connect.ts";
import type { GlobalOptions } from "../../globals.ts";
import type { Io } from "../../io.ts";
import { big, whole } from "../../numbers.ts";
import { type ProverNote, proverOf } from "../../proof.ts";
import { type Vault, withVault } from "../../vault.ts";
import { assertLedger } from "../chain.ts";
import { type Final, settleFinal } from "./finality.ts";
import { pageIn, pageStore } from "./vaultPages.ts";

/** Accesses of a batch. */
export const SIZES = ["64", "244", "1024"] as const;

export type PageOptions = GlobalOptions & { page?: bigint; confirmations?: number };
export type DeskOptions = PageOptions & { size?: (typeof SIZES)[number]; lag?: number; openFor?: number };

/** A custodian's page at work. */
export type Desk = {
  readonly vault: Vault;
  readonly chain: Chain;
  readonly client: LedgerClient;
  readonly page: CustodianPage;
  readonly address: PageAddress;
  /** When the command began, in Unix seconds. */
  readonly now: number;
  readonly status: PageStatus;
  readonly final: Final;
  readonly prover: LateProver;
};

/** Adds the option that names the page. */
export function withPageOption(command: Command): Command {
  return command.option("--page <n>", "which page, where the vault keeps several", big);
}

/** Adds the options of commands that look at the page on the chain. */
export function withPageOptions(command: Command): Command {
  return withPageOption(command).addOption(
    new Option(
      "--confirmations <n>",
      "for a node without finalized blocks: so many blocks later one counts as final",
    ).argParser(whole),
  );
}

/** How a page is opened. */
type Opening = {
  /** Who sends; nobody when left out. */
  readonly runner?: (chain: Chain) => Promise<ContractRunner>;
  /** Called with the progress of long steps. */
  readonly say?: (step: string) => void;
};

/** Opens the vault's page and acts. @throws as `pageIn`, `assertLedger`, `CustodianPage.open`; PAGE_DIVERGED */
export function withDesk<T>(
  io: Io,
  options: DeskOptions,
  act: (desk: Desk) => Promise<T>,
  opening: Opening & { readonly at?: (vault: Vault) => Promise<PageAddress> } = {},
): Promise<T> {
  return withVault(io, options, async (vault) => {
    const address = await (opening.at?.(vault) ?? pageIn(vault, options.page));
    return withChain(io, options, async (chain) => {
      assertLedger(`Page ${address.page} of the vault`, address, chain);
      return act(await openDesk(io, options, vault, chain, address, opening));
    });
  });
}

/** @param fresh where the vault may not have the page yet */
export async function openDesk(
  io: Io,
  options: DeskOptions,
  vault: Vault,
  chain: Chain,
  address: PageAddress,
  { runner, say = () => {} }: Opening,
  fresh?: NewPage,
): Promise<Desk> {
  const client = new LedgerClient(address.ledger, (await runner?.(chain)) ?? chain.provider);
  const now = await clockOf(io, options);
  const prover = new LateProver(io, options, say);
  const page = await CustodianPage.open(
    {
      store: pageStore(vault),
      chain: toldChain(client, say),
      events: ledgerEvents(address.ledger, chain.provider),
      prover,
      artifacts: artifactsOf(io, options),
      circuits: { accesses: `access-batch-${options.size ?? "64"}`, consents: "consent-batch" },
      clock: clockFrom(io, options, now),
      ...(options.lag === undefined ? {} : { lag: options.lag }),
      ...(options.openFor === undefined ? {} : { offerTime: options.openFor }),
    },
    address,
    fresh,
  );
  const found = await io.during(`looking at page ${address.page}`, () =>
    withHints(() => settleFinal(vault, chain, page, { confirmations: options.confirmations, now })),
  );
  return { vault, chain, client, page, address, now, prover, ...found };
}

/** The system's clock; a chain's goes on from where it was when the command began. */
function clockFrom(io: Io, { clock }: GlobalOptions, now: number): () => number {
  if (clock !== "chain") return () => io.now();
  const begun = performance.now();
  return () => now + Math.floor((performance.now() - begun) / 1000);
}

/** Finds its prover only for the first proof: most commands prove nothing. */
class LateProver implements Prover {
  readonly #io: Io;
  readonly #options: GlobalOptions;
  readonly #say: (step: string) => void;
  #found: ReturnType<typeof proverOf> | undefined;

  constructor(io: Io, options: GlobalOptions, say: (step: string) => void) {
    this.#io = io;
    this.#options = options;
    this.#say = say;
  }

  readonly prove: Prover["prove"] = async (artifacts, witness, options) => {
    this.#found ??= proverOf(this.#io, this.#options);
    const { prover } = await this.#found;
    const title = `proving ${witness.circuit}`;
    this.#say(title);
    return prover.prove(artifacts, witness, {
      ...options,
      signal: this.#io.signal,
      onProgress: ({ phase }) => this.#say(`${title}: ${phase}`),
    });
  };

  /** Which prover was used; undefined if nothing was proven. */
  async note(): Promise<ProverNote | undefined> {
    return (await this.#found)?.note;
  }
}

function toldChain(client: LedgerClient, say: (step: string) => void) {
  const sending = <T>(what: string, send: () => Promise<T>): Promise<T> => {
    say(`sending ${what}`);
    return withHints(send);
  };
  return {
    pageAddress: (page: bigint) => client.pageAddress(page),
    page: (page: bigint) => client.page(page),
    lateTime: () => client.lateTime(),
    changeConsents: (...given: Parameters<LedgerClient["changeConsents"]>) =>
      sending("consents", () => client.changeConsents(...given)),
    logAccesses: (...given: Parameters<LedgerClient["logAccesses"]>) =>
      sending("accesses", () => client.logAccesses(...given)),
    logLate: (...given: Parameters<LedgerClient["logLate"]>) =>
      sending("late accesses", () => client.logLate(...given)),
  };
}
