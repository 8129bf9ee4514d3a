// SPDX-License-Identifier: GPL-3.0-or-later
import type { Config } from "../config/config.ts";
import { same } from "../data/addresses.ts";
import type { Fact, Plan } from "./plan.ts";

const NAMES: Readonly<Record<keyof Config["contracts"], string>> = {
  claims: "Claims contract",
  anchors: "Anchor registry",
  circuits: "Circuit registry",
  consents: "Consent registry",
  scopes: "Scope registry",
  pauses: "Pause registry",
  custody: "Custody",
};

/** The contracts that a plan calls, each once, with the whole address. */
export function targetsOf(
  { steps }: Plan,
  { contracts, ledger, tokens }: Pick<Config, "contracts" | "ledger" | "tokens">,
): Fact[] {
  const names = new Map<string, string>();
  for (const { to } of steps.map((step) => step.call())) {
    const contract = (Object.keys(NAMES) as (keyof typeof NAMES)[]).find((name) => same(contracts[name], to));
    const token = tokens.find(({ address }) => same(address, to));
    const other = ledger !== undefined && same(ledger, to) ? "Health ledger" : "Another contract";
    names.set(to, contract === undefined ? (token?.symbol ?? other) : NAMES[contract]);
  }
  return [...names].map(([to, name]) => [`Calls ${name}`, to]);
}
