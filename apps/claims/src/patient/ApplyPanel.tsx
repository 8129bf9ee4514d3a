// SPDX-License-Identifier: GPL-3.0-or-later
import { explainTerms } from "@vitalproof/sdk";
import { Fragment, useState } from "react";
import { tokenOf } from "../ui/app.tsx";
import { download } from "../ui/download.ts";
import { Field, Notice } from "../ui/parts.tsx";
import type { Offer } from "./chain.ts";
import { lackOf, offerFacts, offerTitle } from "./offerWords.ts";
import { Needs, type PanelProps } from "./panelProps.tsx";
import { Act, Outcome, Panel, Progress, useAction } from "./parts.tsx";
import { payeeOf } from "./payee.ts";
import type { ProofProgress } from "./proverProtocol.ts";
import { faultOf, progressOf } from "./words.ts";

/** Choosing an offer and applying for a policy. Nothing is chosen for the patient. */
export function ApplyPanel({ config, session, view, step, refresh }: PanelProps) {
  const [chosen, setChosen] = useState<bigint | undefined>();
  const [periods, setPeriods] = useState("7");
  const [payee, setPayee] = useState("");
  const [progress, setProgress] = useState<ProofProgress | undefined>();
  const action = useAction({ holds: true });
  const apply = step("apply");
  // What was just done is still announced.
  if (apply.state === "done") return <Outcome action={action} />;
  if (view.offers.length === 0 || apply.state !== "can") {
    // Before the log is open it is not this step's turn; the steps at the top say so.
    if (view.log === undefined) return null;
    return (
      <Panel title="Apply for a policy">
        <p>{apply.reason}</p>
        <Outcome action={action} />
      </Panel>
    );
  }
  const offer = view.offers.find(({ program }) => program === chosen);
  const number = /^\d{1,4}$/.test(periods.trim()) ? Number(periods) : 0;
  const wrongPayee =
    offer === undefined
      ? undefined
      : faultIn(() => payeeOf(payee, [config.contracts.claims, config.contracts.custody, offer.token]));
  const reason =
    offer === undefined
      ? "Choose a program first."
      : number === 0
        ? "Say for how many periods."
        : (wrongPayee ?? lackOf(offer, tokenOf(config, offer.token), number));
  const send = (of: Offer): void =>
    action.run(async (signal) => {
      setProgress(undefined);
      const cover = { periods: number, payee };
      const file = await session.apply(of, cover, { signal, onProgress: setProgress });
      if (config.demo?.applications === undefined)
        download("vitalproof-application.json", "application/json", file);
      await refresh();
      return config.demo?.applications === undefined
        ? "The attester signed. Hand the saved file to the insurer."
        : "The attester signed, and the insurer has your application.";
    });
  return (
    <Panel title="Apply for a policy">
      {view.unfinished?.kind === "application" ? (
        <Notice kind="info" title="Your application was not finished when this page was closed.">
          Nothing is lost, and nothing was sent. Apply again below.
        </Notice>
      ) : null}
      <ul className="offers" aria-label="Programs that fit your readings">
        {view.offers.map((each) => (
          <li key={String(each.program)}>
            <button
              type="button"
              aria-pressed={each.program === chosen}
              disabled={action.busy}
              onClick={() => setChosen(each.program)}
            >
              {offerTitle(each, tokenOf(config, each.token))}
            </button>
          </li>
        ))}
      </ul>
      <Field
        label="Number of periods"
        value={periods}
        onChange={setPeriods}
        error={number === 0 ? "Enter a whole number." : undefined}
      />
      {offer === undefined ? null : (
        <section className="stack" aria-label={`What program ${offer.program} offers`}>
          <dl className="facts">
            {offerFacts(offer, tokenOf(config, offer.token), number, view.now).map(([name, text]) => (
              <Fragment key={name}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </Fragment>
            ))}
          </dl>
          <h3>What a proof has to show for each period</h3>
          <ul className="terms">
            {explainTerms(offer.terms).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      )}
      <Field
        label="Account to be paid at, if you have one"
        value={payee}
        onChange={setPayee}
        hint="Leave it empty and the money goes to an account that this page makes for the policy. You can save its key. What you enter is public and ties the policy to that account."
        error={wrongPayee}
      />
      <Act busy={action.busy} reason={reason} onPress={() => offer !== undefined && send(offer)}>
        Prove who you are to the attester and apply
      </Act>
      {action.busy ? (
        <>
          <Progress {...progressOf(progress)} />
          <Act quiet busy={false} onPress={action.cancel}>
            Stop
          </Act>
        </>
      ) : (
        <Needs circuit="enrolment" />
      )}
      <Outcome action={action} />
    </Panel>
  );
}

/** The sentence with which something is refused; undefined where it is not. */
function faultIn(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    const { says, hint } = faultOf(error);
    return hint === undefined ? says : `${says} ${hint}`;
  }
}
