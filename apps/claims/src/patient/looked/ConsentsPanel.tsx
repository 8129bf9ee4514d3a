// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from "react";
import { useWallet } from "../../ui/app.tsx";
import { download } from "../../ui/download.ts";
import { useTransact } from "../../ui/transaction.tsx";
import { Act, type Action, Outcome, Panel, Progress, useAction } from "../parts.tsx";
import type { ProofProgress } from "../proverProtocol.ts";
import { transacted } from "../walletRelayer.ts";
import { progressOf } from "../words.ts";
import { forcePlan } from "./forcePlan.ts";
import { ANSWER_FILE } from "./OfferPanel.tsx";
import type { LookedProps } from "./props.ts";
import { ForceDialog, RevokeDialog } from "./RevokeDialogs.tsx";
import type { ConsentView } from "./view.ts";
import { rightsInWords, standingInWords } from "./words.ts";

const REQUEST_FILE = "vitalproof-revocation-request.json";

/** Every consent with its state, and what can be done with it. */
export function ConsentsPanel(props: LookedProps) {
  const { config, session, view, refresh } = props;
  const [asking, setAsking] = useState<{ consent: ConsentView; force: boolean } | undefined>();
  const [progress, setProgress] = useState<ProofProgress | undefined>();
  const [running, setRunning] = useState<string | undefined>();
  const { account, chainId } = useWallet();
  const transact = useTransact();
  const action = useAction({ holds: true });
  if (view.consents.length === 0) return null;
  const close = (): void => setAsking(undefined);
  const ask = (consent: ConsentView): void =>
    action.run(async () => {
      download(REQUEST_FILE, "application/json", await session.askToRevoke(consent));
      await refresh();
      return "Your request was handed to your browser's downloads. Give it to the hospital. Your consent holds until the hospital has entered it: look here again.";
    });
  const force = (consent: ConsentView): void => {
    setRunning(consent.id);
    setProgress(undefined);
    action.run(async (signal) => {
      try {
        const proof = await session.proveRevocation(consent, { signal, onProgress: setProgress });
        setRunning(undefined);
        await transacted(transact, forcePlan(consent, proof));
      } finally {
        setRunning(undefined);
      }
      await refresh();
      return "Your consent is revoked. Nobody may look under it any more, except in an emergency.";
    });
  };
  const noWallet =
    account === undefined
      ? `Connect a wallet first, at the top of the page: no relayer sends this for you, and it costs a fee.${
          config.demo === undefined ? "" : " In this demonstration, “Demo patient” has the money for it."
        }`
      : chainId === config.chain.id
        ? undefined
        : `Change your wallet's network to ${config.chain.name} first.`;
  return (
    <Panel title="Your consents">
      <ul className="looked-consents">
        {view.consents.map((consent) => (
          <Consent
            key={consent.id}
            {...{ consent, session, action }}
            proving={running === consent.id ? progressText(progress) : undefined}
            onRevoke={() => setAsking({ consent, force: false })}
          />
        ))}
      </ul>
      <Outcome action={action} />
      {asking === undefined ? null : asking.force ? (
        <ForceDialog
          consent={asking.consent}
          reason={noWallet}
          onClose={close}
          onForce={() => {
            close();
            force(asking.consent);
          }}
        />
      ) : (
        <RevokeDialog
          consent={asking.consent}
          onClose={close}
          onAsk={() => {
            close();
            ask(asking.consent);
          }}
          onForce={() => setAsking({ ...asking, force: true })}
        />
      )}
    </Panel>
  );
}

function Consent({
  consent,
  session,
  action,
  proving,
  onRevoke,
}: Pick<LookedProps, "session"> & {
  consent: ConsentView;
  action: Action;
  /** Progress of a proof about this consent. */
  proving: { text: string; percent: number | undefined } | undefined;
  onRevoke: () => void;
}) {
  const { signed, hospital, standing } = consent;
  const { word, says, kind } = standingInWords(consent);
  const words = rightsInWords(signed.kept.consent.rights);
  return (
    <li className="stack" aria-label={hospital}>
      <h3>
        {hospital} <span className={`looked-mark ${kind}`}>{word}</span>
      </h3>
      <p>{says}</p>
      <details>
        <summary>What it allows</summary>
        <dl className="looked-terms">
          <dt>Who may look</dt>
          <dd>{words.who.join("; ") || "Nobody"}</dd>
          <dt>What for</dt>
          <dd>{words.why.join("; ") || "Nothing"}</dd>
          <dt>Which data</dt>
          <dd>{words.what.join("; ") || "None"}</dd>
          <dt>Until</dt>
          <dd>{words.until}</dd>
        </dl>
      </details>
      {standing.name === "signed" ? (
        <Act
          quiet
          busy={false}
          onPress={() => download(ANSWER_FILE, "application/json", session.answer(signed))}
        >
          Save the answer again
        </Act>
      ) : null}
      {standing.name === "given" ? (
        <Act quiet busy={action.busy} onPress={onRevoke}>
          Revoke this consent
        </Act>
      ) : null}
      {proving === undefined ? null : (
        <>
          <Progress {...proving} />
          <Act quiet busy={false} onPress={action.cancel}>
            Stop
          </Act>
        </>
      )}
    </li>
  );
}

function progressText(progress: ProofProgress | undefined) {
  if (progress === undefined) return { text: "Checking that the consent is yours", percent: undefined };
  return progressOf(progress);
}
