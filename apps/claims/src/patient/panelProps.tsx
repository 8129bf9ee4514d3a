// SPDX-License-Identifier: GPL-3.0-or-later
import type { Config } from "../config/config.ts";
import type { Step } from "./journey.ts";
import { MANIFESTS } from "./manifests.ts";
import { needsOf, needsText } from "./needs.ts";
import type { Relaying } from "./RelayerChoice.tsx";
import type { PatientSession } from "./session.ts";
import type { View } from "./view.ts";

/** What every panel of a patient at work is given. */
export type PanelProps = {
  config: Config;
  session: PatientSession;
  view: View;
  step: (name: Step["name"]) => Step;
  refresh: () => Promise<void>;
  relaying: Relaying;
};

/** What a proof with a circuit takes, said before it begins. */
export function Needs({ circuit }: { circuit: string }) {
  const needs = needsOf(MANIFESTS[circuit]);
  return needs === undefined ? null : <p className="hint">{needsText(needs)}</p>;
}
