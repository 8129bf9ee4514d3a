// SPDX-License-Identifier: GPL-3.0-or-later
import { type ClaimOutcome, explainTerms, formatAmount } from "@vitalproof/sdk";
import { useState } from "react";
import { tokenOf } from "../ui/app.tsx";
import { download } from "../ui/download.ts";
import { Field, Notice } from "../ui/parts.tsx";
import { counted, dateTime, spanName, spanTimes } from "../words/format.ts";
import type { PeriodDay } from "./days.ts";
import { Needs, type PanelProps } from "./panelProps.tsx";
import { Act, Confirm, Fold, Outcome, Progress, useAction } from "./parts.tsx";
import type { ProofProgress } from "./proverProtocol.ts";
import { RelayerChoice } from "./RelayerChoice.tsx";
import { progressOf, SKIPPED } from "./words.ts";

/** Consent in plain words: give it, keep the receipt, revoke it. */
export function ConsentPanel({ session, view, step, refresh, relaying }: PanelProps) {
  const [days, setDays] = useState("365");
  const [revoking, setRevoking] = useState(false);
  const action = useAction({ holds: true });
  const { offer, consent } = view;
  if (view.policy === undefined || offer === undefined) return null;
  const give = step("consent");
  const revoke = step("revoke");
  const number = /^\d{1,4}$/.test(days.trim()) ? Number(days) : 0;
  return (
    <Fold title="Your consent" status={give.reason} opens={give.state === "can"}>
      <p>
        You allow <code>{offer.insurer}</code> to decide on your claims in program {offer.program.toString()}{" "}
        and to pay them. It learns, for each day that you claim, that the terms were met. It learns no
        reading. You can revoke the consent at any time. Earlier claims stay.
      </p>
      {consent === undefined ? null : (
        <p>
          {consent.revoked
            ? "Revoked."
            : `Given from ${dateTime(consent.consent.from)} until ${dateTime(consent.consent.until)}.`}{" "}
          Consent <code>{consent.consentId}</code>
        </p>
      )}
      {give.state === "done" ? null : (
        <>
          <Field
            label="For how many days"
            value={days}
            onChange={setDays}
            error={number < 1 || number > 3650 ? "Enter 1 to 3650." : undefined}
          />
          <Act
            busy={action.busy}
            reason={give.state !== "can" ? give.reason : number < 1 ? "Say for how long." : relaying.reason}
            onPress={() =>
              action.run(async () => {
                const given = await session.consent(offer, number, relaying.relayer);
                download("vitalproof-consent-receipt.json", "application/json", given.receipt);
                await refresh();
                return "Your consent is on record. Keep its receipt: the chain has only its hash.";
              })
            }
          >
            I consent
          </Act>
        </>
      )}
      {consent === undefined ? null : (
        <>
          <Act
            quiet
            busy={false}
            onPress={() => download("vitalproof-consent-receipt.json", "application/json", consent.receipt)}
          >
            Save the receipt again
          </Act>
          <Act
            quiet
            busy={action.busy}
            reason={revoke.state === "can" ? relaying.reason : revoke.reason}
            onPress={() => setRevoking(true)}
          >
            Revoke the consent
          </Act>
          {revoking ? (
            <Confirm
              title="Revoke your consent?"
              confirm="Revoke permanently"
              onClose={() => setRevoking(false)}
              onConfirm={() =>
                action.run(async () => {
                  await session.revoke(offer, relaying.relayer);
                  await refresh();
                  return "Your consent is revoked permanently. You can give a new one.";
                })
              }
            >
              <p>
                Nothing more can be claimed under it, and it cannot be restored. What was claimed before
                stays. To claim again you give a new consent.
              </p>
            </Confirm>
          ) : null}
        </>
      )}
      {give.state === "can" || revoke.state === "can" ? (
        <RelayerChoice relaying={relaying} name="consent-by" />
      ) : null}
      <Outcome action={action} />
    </Fold>
  );
}

/** Proving and submitting, period by period. */
export function ClaimsPanel({ config, session, view, step, refresh, relaying }: PanelProps) {
  const [progress, setProgress] = useState<ProofProgress | undefined>();
  const [running, setRunning] = useState<number | undefined>();
  const action = useAction({ holds: true });
  const { offer, policy, days } = view;
  if (offer === undefined || policy === undefined || days === undefined) return null;
  const token = tokenOf(config, offer.token);
  const prove = step("prove");
  const submit = step("submit");
  const start = (period: number, act: (signal: AbortSignal) => Promise<string>): void => {
    setRunning(period);
    setProgress(undefined);
    action.run(async (signal) => {
      const said = await act(signal);
      await refresh();
      return said;
    });
  };
  const proveNow = (day: PeriodDay): void =>
    start(day.period, async (signal) => {
      await session.prove(view, day.period, { signal, onProgress: setProgress });
      return `${spanName(day)} is proven. Nothing was sent yet.`;
    });
  const { unfinished } = view;
  const broken =
    unfinished?.kind === "claim" && prove.periods?.includes(unfinished.period) === true
      ? days.periods[unfinished.period]
      : undefined;
  return (
    <Fold
      title="Your claims"
      status={submit.state === "can" ? submit.reason : prove.reason}
      opens={prove.state === "can" || submit.state === "can"}
    >
      <p>
        Policy {policy.policy.toString()}: {counted(policy.periods, "period")},{" "}
        {formatAmount(offer.benefit, token)} each.
      </p>
      {broken === undefined ? null : (
        <Notice
          kind="info"
          title={`The proof for ${spanName(broken)} was not finished when this page was closed.`}
        >
          <p>Nothing is lost, and nothing was sent.</p>
          <Act busy={action.busy} onPress={() => proveNow(broken)}>
            Prove {spanName(broken)} again
          </Act>
        </Notice>
      )}
      {prove.state === "can" ? <Needs circuit={offer.circuit.name} /> : null}
      <ul className="patient-steps">
        {days.periods.map((day) => {
          const { period } = day;
          const state = view.periods[period]!.state;
          const canProve = prove.periods?.includes(period) === true;
          const canSubmit = submit.state === "can" && submit.periods?.includes(period) === true;
          const busy = action.busy && running === period;
          return (
            <li
              key={period}
              data-state={state === "credited" ? "done" : canProve || canSubmit ? "can" : "no"}
            >
              <strong title={spanTimes(day)}>{spanName(day)}</strong>
              <div>
                {STATES[state]}
                {state !== "open"
                  ? ""
                  : day.state === "lost"
                    ? " Its readings are not in this vault."
                    : day.state === "open"
                      ? " It is not complete yet."
                      : day.holds
                        ? " The readings meet the terms."
                        : " The readings do not meet the terms."}
                {state === "open" && !canSubmit && view.proofs.has(period) && submit.state === "no"
                  ? ` It is proven. ${submit.reason}`
                  : ""}
                {canProve ? (
                  <Act
                    busy={busy}
                    reason={action.busy && !busy ? "One at a time." : undefined}
                    onPress={() => proveNow(day)}
                  >
                    Prove {spanName(day)}
                  </Act>
                ) : null}
                {canSubmit ? (
                  <Act
                    busy={busy}
                    reason={action.busy && !busy ? "One at a time." : relaying.reason}
                    onPress={() =>
                      start(period, async () =>
                        outcomeText(await session.submit(view, period, relaying.relayer)),
                      )
                    }
                  >
                    Claim {spanName(day)}
                  </Act>
                ) : null}
                {busy && canProve ? (
                  <>
                    <Progress {...progressOf(progress)} />
                    <Act quiet busy={false} onPress={action.cancel}>
                      Stop
                    </Act>
                  </>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
      {prove.state === "can" ? null : <p>{prove.reason}</p>}
      {submit.state === "can" ? (
        <RelayerChoice relaying={relaying} name="claim-by" />
      ) : (
        <p>{submit.reason}</p>
      )}
      <Outcome action={action} />
    </Fold>
  );
}

const STATES = {
  open: "Not claimed.",
  "under-review": "Claimed; the insurer is looking at it.",
  rejected: "Rejected; the arbiter decides.",
  credited: "Claimed and credited.",
  denied: "Denied by the arbiter.",
  released: "Not claimed in time.",
} as const;

function outcomeText(outcome: ClaimOutcome): string {
  switch (outcome.outcome) {
    case "settled":
      return `The claim is on chain, in block ${outcome.blockNumber}.`;
    case "skipped":
      // Somebody's relayer may know reasons that this page does not.
      return `The claim was not settled. ${SKIPPED[outcome.reason] ?? `The relayer says: ${outcome.reason}.`}`;
    case "refused":
      return `The claim was refused: ${outcome.message}`;
    case "failed":
      return `The claim was not sent: ${outcome.message} Trying again does no harm.`;
  }
}

/** What others know, and what never left this page. */
export function RevealedPanel({ view }: Pick<PanelProps, "view">) {
  const { log, policy, consent, offer, proofs, days } = view;
  const claimed = [...proofs].filter(([, { outcome }]) => outcome?.outcome === "settled");
  return (
    <Fold title="What was revealed, and what stays here" status="No reading leaves this page." opens={false}>
      <h3>Revealed</h3>
      <ul>
        {log === undefined ? <li>Nothing yet.</li> : null}
        {log === undefined ? null : (
          <li>
            The attester knows the name of your log, your device's public key, and one head per sealed day.
          </li>
        )}
        {policy === undefined ? null : (
          <li>
            Everybody can see that some account has policy {policy.policy.toString()}, its terms, for which
            periods it claimed, and the account that is paid. Where your own wallet sent something, everybody
            can see that account too. The terms show roughly your time zone. The attester knows that the
            policy is yours.
          </li>
        )}
        {consent === undefined ? null : (
          <li>
            Everybody can see that this account gave a consent, to whom and until when, and whether it was
            revoked.
          </li>
        )}
        {claimed.map(([period]) => (
          <li key={period}>
            For {spanName(days!.periods[period]!)}: that these hold, and nothing more about your readings:
            <ul>
              {explainTerms(offer!.terms)
                .slice(2)
                .map((line) => (
                  <li key={line}>{line}</li>
                ))}
            </ul>
          </li>
        ))}
      </ul>
      <h3>Stays here</h3>
      <ul>
        <li>Every reading, and how many there are or are missing on a day.</li>
        <li>The salts that hide your readings inside the heads.</li>
        <li>
          Your identity's secret, the seed of your accounts, and your passphrase, which is not even stored.
        </li>
        <li>The numbers of days that do not meet the terms. That they were not claimed can be seen.</li>
      </ul>
    </Fold>
  );
}
