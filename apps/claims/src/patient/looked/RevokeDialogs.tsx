// SPDX-License-Identifier: GPL-3.0-or-later
import { Button } from "react-aria-components";
import { Notice, Popup } from "../../ui/parts.tsx";
import { Needs } from "../panelProps.tsx";
import { Act } from "../parts.tsx";
import { LINKS } from "./forcePlan.ts";
import type { ConsentView } from "./view.ts";

/** How to revoke: the hospital is asked, or not. */
export function RevokeDialog({
  consent,
  onClose,
  onAsk,
  onForce,
}: {
  consent: ConsentView;
  onClose: () => void;
  onAsk: () => void;
  onForce: () => void;
}) {
  return (
    <Popup title="Revoke this consent?" onClose={onClose}>
      <div className="stack">
        <p>
          {consent.hospital} may then no longer look under it, except in an emergency. It cannot be undone;
          you can sign a new consent. What was looked at before stays in your list.
        </p>
        <p>
          <strong>Ask the hospital.</strong> You save a request file and give it to the hospital. It costs
          nothing and shows nothing about you. It holds as soon as the hospital has entered it. Anyone who has
          the file can end this consent, and do nothing else with it.
        </p>
        <p>
          <strong>Revoke now, by force.</strong> It holds within a minute, and the hospital cannot stop or
          delay it. It costs a fee, and everybody can see which account paid it.
        </p>
        <div className="actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button onPress={onForce}>Revoke now, by force …</Button>
          <Button className="primary" onPress={onAsk}>
            Ask the hospital
          </Button>
        </div>
      </div>
    </Popup>
  );
}

/** Says what a revocation by force shows, before anything is proven or sent. */
export function ForceDialog({
  consent,
  reason,
  onClose,
  onForce,
}: {
  consent: ConsentView;
  /** Why it cannot be sent now. */
  reason: string | undefined;
  onClose: () => void;
  onForce: () => void;
}) {
  return (
    <Popup title="Revoke now, by force?" onClose={onClose}>
      <div className="stack">
        <Notice kind="warning" title="Your account becomes linked to this consent">
          <ul>
            {LINKS.map((line) => (
              <li key={line}>{line}</li>
            ))}
            <li>To avoid that, ask {consent.hospital} instead, or use an account that nobody ties to you.</li>
          </ul>
        </Notice>
        <p>
          This page first proves that the consent is yours. Then your wallet asks whether to send the proof.
          Until then you can still go back.
        </p>
        <Needs circuit="own-slot" />
        <Act danger busy={false} reason={reason} onPress={onForce}>
          Prove it and go on
        </Act>
        <Button onPress={onClose}>Cancel</Button>
      </div>
    </Popup>
  );
}
