// SPDX-License-Identifier: GPL-3.0-or-later
import { epochEnd, epochStart, explainTerms, profileOf } from "@vitalproof/sdk";
import { CLAIM } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { readClaim } from "../claim.ts";
import { readDocument } from "../documentFiles.ts";
import type { Io } from "../io.ts";
import { instantText } from "../time.ts";

const NOT_REVEALED = [
  "any reading, and how far above or below a bound the period was",
  "which of the readings were missing, and how many beyond what the bounds allow",
  "which leaf under the anchor root is this person's",
  "the subject under which the attester files the person, and the identity secret",
  "whether the person holds other policies: in another scope the holder is another, and the two cannot be linked",
];

const NOT_PROVEN = [
  "that the sensor was honest, or worn by the right person: the attester and its assurance class stand for that",
  "that the anchor root is an attester's: compare it with the anchor registry",
  "that the holder is your policyholder: compare it with the policy",
  "anything at all under a development key: anyone can forge proofs under it",
];

export function registerExplain(program: Command, io: Io): void {
  program
    .command("explain <claim>")
    .description(
      "Say in words what a claim proves, what it reveals, and what it does not. Nothing is verified.",
    )
    .addHelpText(
      "after",
      "\nUnder of-valid semantics it ends with the true floor: what missing readings may hide.\n\nExample:\n  vitalproof explain claim.json\n",
    )
    .action(async (file: string) => {
      const claim = await readDocument(io, CLAIM, file);
      const { circuit, terms, holder, anchorRoot, scope } = readClaim(claim);
      const profile = profileOf(terms.profile);
      const last = terms.epoch + terms.epochs - 1;
      const period = {
        from: instantText(epochStart(profile, terms.offset, terms.epoch)),
        to: instantText(epochEnd(profile, terms.offset, last)),
      };
      const proven = [
        ...explainTerms(terms),
        `All of this is about ${period.from} to ${period.to}, from the log whose head is under the anchor root.`,
      ];
      const revealed = [
        `the circuit (${circuit.name}, version ${circuit.version}), its terms, and the period`,
        `the holder ${holder}: the same in every claim of this person under this scope (${scope})`,
        `the anchor root ${anchorRoot}: which attester anchored the readings, and on which day`,
      ];
      io.report(
        [
          "What is proven, if the claim verifies (`vitalproof verify`):",
          ...proven.map((line) => `  ${line}`),
          "What is revealed:",
          ...revealed.map((line) => `  ${line}`),
          "What is not revealed:",
          ...NOT_REVEALED.map((line) => `  ${line}`),
          "What is not proven:",
          ...NOT_PROVEN.map((line) => `  ${line}`),
        ],
        {
          circuit: circuit.name,
          version: circuit.version,
          semantics: terms.ofValid ? "of-valid" : "worst-case",
          period,
          proven,
          revealed,
          notRevealed: NOT_REVEALED,
          notProven: NOT_PROVEN,
        },
      );
    });
}
