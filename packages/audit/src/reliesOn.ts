// SPDX-License-Identifier: GPL-3.0-or-later
import { consentsTo } from "./consentSources.ts";
import type { ReportParts } from "./reportParts.ts";

export function reliesOn(parts: ReportParts): string[] {
  const { head, chainId, keys, circuits, program } = parts;
  const inLedger = consentsTo(parts, program).some(({ source }) => source === "ledger");
  const family = circuits.lineOf(program.circuit);
  const development = family.filter(({ ceremony }) => ceremony === undefined).map(({ name }) => name);
  return [
    `One node's word for the chain up to block ${head.number} with hash ${head.hash}. It can leave out anything whose absence leaves no gap in numbers, ledgers, receipts or the contracts' state, and it can invent a whole consistent chain. Compare that hash with someone else's node, or run the audit against a second node.`,
    "Receipts and state are taken as given; they are not checked against the block's Merkle roots.",
    `The verification keys of this repository (${[...new Set([...keys.values()].map(({ circuit }) => circuit))].join(", ")}), known by the hashes that the circuit registry names. That a key belongs to its circuit is what \`hardhat circuits check\` shows.`,
    "The code of the contracts is what this repository says; `npm run deploy` compares it when it deploys.",
    ...(inLedger
      ? [
          "Of the health ledger the audit checks what a claim's consent rests on: versions and live bits of its page, its binding and the proof of it. It does not verify the proofs of consents, revocations and accesses in that page: an archive of the page shows them.",
        ]
      : []),
    ...(development.length === 0
      ? []
      : [
          `Nothing protects against forged proofs of ${development.join(", ")} on chain ${chainId}: the keys are development keys, whose trapdoor is public.`,
        ]),
    "A proof shows that anchored readings meet the terms. Whether the readings are true is up to sensors, sealers and the attester, as the program's assurance class says.",
    "Off-chain conduct is not visible: heads that the attester refused or left out, reviews argued elsewhere, who controls an account.",
  ];
}
