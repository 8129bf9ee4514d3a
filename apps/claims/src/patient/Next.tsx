// SPDX-License-Identifier: GPL-3.0-or-later
import { dateTime } from "../words/format.ts";
import { nextOf, type Step } from "./journey.ts";
import { Panel } from "./parts.tsx";
import type { View } from "./session.ts";

const NAMES: Readonly<Record<Step["name"], string>> = {
  enrol: "Enrol",
  import: "Import readings",
  seal: "Seal and send",
  apply: "Apply",
  consent: "Consent",
  prove: "Prove",
  submit: "Claim",
  payment: "Payment",
  revoke: "Revoke",
};
const STANDING: Readonly<Record<Step["state"], string>> = {
  can: "You can do this now.",
  wait: "Waiting.",
  no: "Not yet.",
  done: "Done.",
};

/** What to do now, what is waited for, and everything else folded. */
export function Next({ view }: { view: View }) {
  const next = nextOf(view.steps);
  // Two steps that wait for the same moment say the same.
  const waits = view.steps.filter(
    ({ state, at }, i) =>
      state === "wait" &&
      (at === undefined || !view.steps.slice(0, i).some((step) => step.state === "wait" && step.at === at)),
  );
  return (
    <Panel title="What to do next">
      {next === undefined ? (
        <p>Nothing for now.</p>
      ) : (
        <p className="patient-next">
          <strong>{NAMES[next.name]}.</strong> {next.reason}
        </p>
      )}
      {waits.map(({ name, reason, at }) => (
        <p key={name} className="hint">
          Waiting: {reason}
          {at === undefined ? "" : ` From ${dateTime(at)}.`}
        </p>
      ))}
      <details>
        <summary>All steps</summary>
        <ul className="patient-steps">
          {view.steps.map(({ name, state, reason, at }) => (
            <li key={name} data-state={state}>
              <strong>{NAMES[name]}</strong>
              <span>
                {STANDING[state]} {reason}
                {at === undefined ? "" : ` From ${dateTime(at)}.`}
              </span>
            </li>
          ))}
        </ul>
      </details>
    </Panel>
  );
}
