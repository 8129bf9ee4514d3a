// SPDX-License-Identifier: GPL-3.0-or-later
import { type ClaimOutcome, explainTerms } from "@vitalproof/sdk";
import { useState } from "react";
import type { Offer, PatientConfig } from "./chain.ts";
import type { Step } from "./journey.ts";
import { Act, Outcome, Panel, Progress, save, TextEntry, useAction } from "./parts.tsx";
import type { ProofProgress } from "./proverProtocol.ts";
import type { PatientSession, View } from "./session.ts";
import { amountOf, dateOf, dateTime, progressOf } from "./words.ts";

type Props = {
  config: PatientConfig;
  session: PatientSession;
  view: View;
  step: (name: Step["name"]) => Step;
  refresh: () => Promise<void>;
};

function tokenOf(config: PatientConfig, offer: Offer) {
  return config.tokens.find(({ address }) => address.toLowerCase() === offer.token.toLowerCase());
}

/** Choosing an offer and applying for a policy. */
export function ApplyPanel({ config, session, view, step, refresh }: Props) {
  const [chosen, setChosen] = useState<bigint | undefined>();
  const [periods, setPeriods] = useState("7");
  const [progress, setProgress] = useState<ProofProgress | undefined>();
  const action = useAction();
  const apply = step("apply");
  // What was just done is still announced.
  if (apply.state === "done") return <Outcome action={action} />;
  const offer = view.offers.find(({ program }) => program === chosen) ?? view.offers[0];
  if (offer === undefined || apply.state !== "can") {
    return (
      <Panel title="Apply for a policy">
        <div className="empty">
          <strong>{apply.state === "wait" ? "Your application is out" : "Not yet"}</strong>
          <div>{apply.reason}</div>
        </div>
        <Outcome action={action} />
      </Panel>
    );
  }
  const number = /^\d{1,4}$/.test(periods.trim()) ? Number(periods) : 0;
  return (
    <Panel title="Apply for a policy">
      <label className="field">
        Program
        <select value={offer.program.toString()} onChange={(event) => setChosen(BigInt(event.target.value))}>
          {view.offers.map((each) => (
            <option key={each.program.toString()} value={each.program.toString()}>
              {each.program.toString()}: {each.statement.purpose},{" "}
              {amountOf(each.benefit, tokenOf(config, each))} per period
            </option>
          ))}
        </select>
      </label>
      <ul>
        {explainTerms(offer.terms).map((line) => (
          <li key={line}>{line}</li>
        ))}
        <li>
          You have {Math.round(offer.claimWindow / 86_400)} days to claim a period. The insurer is{" "}
          <code className="patient-hash">{offer.insurer}</code>.
        </li>
      </ul>
      <TextEntry
        label="Number of periods"
        value={periods}
        onChange={setPeriods}
        error={number === 0 ? "Enter a whole number." : undefined}
      />
      {offer.free < offer.benefit * BigInt(number) ? (
        <div className="notice warning">
          <strong>The program has not enough free money for that many periods.</strong>
          <div>The insurer cannot issue such a policy as things stand.</div>
        </div>
      ) : null}
      <Act
        busy={action.busy}
        reason={number === 0 ? "Say for how many periods." : undefined}
        onPress={() =>
          action.run(async (signal) => {
            setProgress(undefined);
            const file = await session.apply(offer, { periods: number }, { signal, onProgress: setProgress });
            if (config.demo?.applications === undefined) save("vitalproof-application.json", file);
            await refresh();
            return config.demo?.applications === undefined
              ? "The clinic signed. Hand the saved file to the insurer."
              : "The clinic signed, and the insurer has your application.";
          })
        }
      >
        Prove who you are to the clinic and apply
      </Act>
      {action.busy ? (
        <>
          <Progress {...progressOf(progress)} />
          <Act quiet busy={false} onPress={action.cancel}>
            Stop
          </Act>
        </>
      ) : null}
      <Outcome action={action} />
    </Panel>
  );
}

/** Consent in plain words: give, keep the receipt, take back. */
export function ConsentPanel({ session, view, step, refresh }: Props) {
  const [days, setDays] = useState("365");
  const action = useAction();
  const { offer, consent } = view;
  if (view.policy === undefined || offer === undefined) return null;
  const give = step("consent");
  const revoke = step("revoke");
  const number = /^\d{1,4}$/.test(days.trim()) ? Number(days) : 0;
  return (
    <Panel title="Your consent">
      <p>
        You allow <code className="patient-hash">{offer.insurer}</code> to decide on your claims in program{" "}
        {offer.program.toString()} and to pay them. It learns, for each day that you claim, that the terms
        were met. It learns no reading. You can take the consent back at any time; what was claimed before
        stays.
      </p>
      {consent === undefined ? null : (
        <p>
          {consent.revoked
            ? "Revoked."
            : `Given from ${dateTime(consent.consent.from)} until ${dateTime(consent.consent.until)}.`}{" "}
          Consent <code className="patient-hash">{consent.consentId}</code>
        </p>
      )}
      {give.state === "done" ? null : (
        <>
          <TextEntry
            label="For how many days"
            value={days}
            onChange={setDays}
            error={number < 1 || number > 3650 ? "Enter 1 to 3650." : undefined}
          />
          <Act
            busy={action.busy}
            reason={give.state === "can" ? (number < 1 ? "Say for how long." : undefined) : give.reason}
            onPress={() =>
              action.run(async () => {
                const given = await session.consent(offer, number);
                save("vitalproof-consent-receipt.json", given.receipt);
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
          <Act quiet busy={false} onPress={() => save("vitalproof-consent-receipt.json", consent.receipt)}>
            Save the receipt again
          </Act>
          <Act
            quiet
            busy={action.busy}
            reason={revoke.state === "can" ? undefined : revoke.reason}
            onPress={() =>
              action.run(async () => {
                await session.revoke(offer);
                await refresh();
                return "Your consent is revoked, for ever. You can give a new one.";
              })
            }
          >
            Take the consent back
          </Act>
        </>
      )}
      <Outcome action={action} />
    </Panel>
  );
}

/** Proving and submitting, period by period. */
export function ClaimsPanel({ config, session, view, step, refresh }: Props) {
  const [progress, setProgress] = useState<ProofProgress | undefined>();
  const [running, setRunning] = useState<number | undefined>();
  const action = useAction();
  const { offer, policy, days } = view;
  if (offer === undefined || policy === undefined || days === undefined) return null;
  const token = tokenOf(config, offer);
  const prove = step("prove");
  const submit = step("submit");
  const payment = step("payment");
  const start = (period: number, act: (signal: AbortSignal) => Promise<string>): void => {
    setRunning(period);
    setProgress(undefined);
    action.run(async (signal) => {
      const said = await act(signal);
      await refresh();
      return said;
    });
  };
  return (
    <Panel title="Your claims">
      <p>
        Policy {policy.policy.toString()}: {policy.periods} periods, {amountOf(offer.benefit, token)} each.
        Paid {amountOf(policy.paid, token)}, owed {amountOf(policy.owed, token)}. {payment.reason}
      </p>
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
              <strong>{dateOf(day)}</strong>
              <div>
                {STATES[state]}
                {state !== "open"
                  ? ""
                  : day.state === "open"
                    ? " It is not complete yet."
                    : day.holds
                      ? " The readings meet the terms."
                      : " The readings do not meet the terms."}
                {canProve ? (
                  <Act
                    busy={busy}
                    reason={action.busy && !busy ? "One at a time." : undefined}
                    onPress={() =>
                      start(period, async (signal) => {
                        await session.prove(view, period, { signal, onProgress: setProgress });
                        return `${dateOf(day)} is proven. Nothing was sent yet.`;
                      })
                    }
                  >
                    Prove {dateOf(day)}
                  </Act>
                ) : null}
                {canSubmit ? (
                  <Act
                    busy={busy}
                    reason={action.busy && !busy ? "One at a time." : undefined}
                    onPress={() => start(period, async () => outcomeText(await session.submit(view, period)))}
                  >
                    Claim {dateOf(day)}
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
      {submit.state === "can" ? null : <p>{submit.reason}</p>}
      <Outcome action={action} />
    </Panel>
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
      return `The claim cannot be settled as things stand (${outcome.reason.replaceAll("-", " ")}).`;
    case "refused":
      return `The claim was refused: ${outcome.message}`;
    case "failed":
      return `The claim was not sent: ${outcome.message} Trying again does no harm.`;
  }
}

/** What others know, and what never left this page. */
export function RevealedPanel({ view }: Pick<Props, "view">) {
  const { log, policy, consent, offer, proofs, days } = view;
  const claimed = [...proofs].filter(([, { outcome }]) => outcome?.outcome === "settled");
  return (
    <Panel title="What was revealed, and what stays here">
      <h3>Revealed</h3>
      <ul>
        {log === undefined ? <li>Nothing yet.</li> : null}
        {log === undefined ? null : (
          <li>
            The clinic knows the name of your log, your device's public key, and one head per sealed day.
          </li>
        )}
        {policy === undefined ? null : (
          <li>
            Everybody can see that some account has policy {policy.policy.toString()}, its terms, and for
            which periods it claimed. The terms show roughly your time zone. The clinic knows that the policy
            is yours.
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
            For {dateOf(days!.periods[period]!)}: that these hold, and nothing more about your readings:
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
    </Panel>
  );
}
