// SPDX-License-Identifier: GPL-3.0-or-later
import type { Relayer } from "@vitalproof/sdk";
import { useMemo, useState } from "react";
import type { Config } from "../config/config.ts";
import { useWallet } from "../ui/app.tsx";
import { useTransact } from "../ui/transaction.tsx";
import { short } from "../words/format.ts";
import { walletRelayer } from "./walletRelayer.ts";

type By = "relayer" | "wallet";

/** Who sends things to the chain, as the person chose it. */
export type Relaying = {
  readonly relayer: Relayer;
  /** Why it cannot be used now. */
  readonly reason: string | undefined;
  readonly by: By;
  readonly choose: (by: By) => void;
  /** Whether there is a relayer to choose. */
  readonly relayed: boolean;
  /** The connected account. */
  readonly account: string | undefined;
};

/** @param relayer undefined where the configuration names none: then the wallet is all there is */
export function useRelaying(config: Config, relayer: Relayer | undefined): Relaying {
  const [chosen, choose] = useState<By>("relayer");
  const { account, chainId } = useWallet();
  const transact = useTransact();
  const wallet = useMemo(() => walletRelayer(config, transact), [config, transact]);
  const relayed = relayer !== undefined;
  if (relayed && chosen === "relayer") {
    return { relayer, reason: undefined, by: "relayer", choose, relayed, account };
  }
  const reason =
    account === undefined
      ? "Connect a wallet first, at the top of the page."
      : chainId === config.chain.id
        ? undefined
        : `Change your wallet's network to ${config.chain.name} first.`;
  return { relayer: wallet, reason, by: "wallet", choose, relayed, account };
}

/** The choice in words; folded, since the relayer is right for nearly everybody. */
export function RelayerChoice({ relaying, name }: { relaying: Relaying; name: string }) {
  const { by, choose, relayed, account } = relaying;
  const options: readonly (readonly [By, string, string])[] = [
    [
      "relayer",
      "Through the relayer",
      "It pays the gas, so that you need no money of the chain and no wallet. It sees what everybody will see on the chain, and your internet address.",
    ],
    [
      "wallet",
      "With my own wallet",
      "Your wallet pays the gas. The chain permanently shows which account paid. Anyone can link that account, and you if they know it is yours, to this policy and its claims.",
    ],
  ];
  return (
    <details className="patient-relayer" {...(relayed ? {} : { open: true })}>
      <summary>
        Sent {by === "relayer" ? "through the relayer" : "with your own wallet"}
        {by === "wallet" && account !== undefined ? ` (${short(account)})` : ""}
      </summary>
      <fieldset>
        <legend className="hidden">How it is sent</legend>
        {options.map(([value, title, says]) =>
          value === "relayer" && !relayed ? null : (
            <label key={value}>
              <input type="radio" name={name} checked={by === value} onChange={() => choose(value)} />
              <span>
                <strong>{title}</strong>
                <span className="hint">{says}</span>
              </span>
            </label>
          ),
        )}
      </fieldset>
      <p className="hint">Either way, only your policy's own account signs what is sent.</p>
    </details>
  );
}
