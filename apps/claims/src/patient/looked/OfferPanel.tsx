// SPDX-License-Identifier: GPL-3.0-or-later
import { type ReactNode, useState } from "react";
import { Button, FileTrigger } from "react-aria-components";
import { download } from "../../ui/download.ts";
import { Field, Notice } from "../../ui/parts.tsx";
import { Act, Outcome, Panel, useAction } from "../parts.tsx";
import type { LookedProps } from "./props.ts";
import type { OpenedOffer } from "./session.ts";
import { rightsInWords } from "./words.ts";

/** Bytes of the largest file that is read; an offer has less than one kilobyte. */
const MOST_BYTES = 2 ** 20;
export const ANSWER_FILE = "vitalproof-consent-answer.json";

/** A hospital's offer: read in plain words, and signed. */
export function OfferPanel({ session, view, refresh }: LookedProps) {
  const [opened, setOpened] = useState<OpenedOffer | undefined>();
  const [name, setName] = useState("");
  const action = useAction();
  const open = (file: File): void =>
    action.run(async () => {
      setOpened(undefined);
      if (file.size > MOST_BYTES) return "This file is too large for an offer.";
      setOpened(await session.open(await file.text(), file.name));
      setName("");
      return undefined;
    });
  const sign = (offer: OpenedOffer): void =>
    action.run(async () => {
      const answer = await session.sign(offer, offer.name ?? name);
      setOpened(undefined);
      await refresh();
      if (offer.known === "entered") return "It is in your list again.";
      download(ANSWER_FILE, "application/json", answer);
      return "Signed, and kept with your identity. Your answer was handed to your browser's downloads: give it to the hospital, and to nobody else.";
    });
  return (
    <Panel title="Give a consent">
      <p>
        A hospital gives you an offer as a file. Here you read what it allows before you sign. Nothing is sent
        when you open it.
        {view.consents.length > 0
          ? ""
          : " After you signed, everybody who looks at your data under this consent shows up on this page."}
      </p>
      <FileTrigger
        acceptedFileTypes={["application/json", ".json"]}
        onSelect={(files) => {
          const [picked] = Array.from(files ?? []);
          if (picked !== undefined) open(picked);
        }}
      >
        <Button className="quiet">Open a hospital’s offer</Button>
      </FileTrigger>
      {opened === undefined ? null : (
        <Terms opened={opened} name={name} onName={setName}>
          <Act
            busy={action.busy}
            reason={
              opened.name === undefined && name.trim() === "" ? "Write the hospital’s name first." : undefined
            }
            onPress={() => sign(opened)}
          >
            {opened.known === "new"
              ? "Sign this consent"
              : opened.known === "signed"
                ? "Save your answer again"
                : "Take it into your list"}
          </Act>
        </Terms>
      )}
      <Outcome action={action} />
    </Panel>
  );
}

function Terms({
  opened,
  name,
  onName,
  children,
}: {
  opened: OpenedOffer;
  name: string;
  onName: (name: string) => void;
  children: ReactNode;
}) {
  const { offer, custodian } = opened;
  const words = rightsInWords(offer.rights);
  const hospital = opened.name ?? "the hospital";
  return (
    <section className="stack looked-offer" aria-label="What this consent allows">
      <h3>What this consent allows</h3>
      {opened.known === "signed" ? <Notice kind="info" title="You signed this offer already." /> : null}
      {opened.known === "entered" ? (
        <Notice kind="info" title="You gave this consent already.">
          It is on record, exactly as here, and was not in this browser.
        </Notice>
      ) : null}
      <dl className="looked-terms">
        <dt>Hospital</dt>
        <dd>
          {opened.name === undefined ? "Not known to this page by name." : opened.name}
          <span className="hint">
            Account <code>{custodian}</code>
          </span>
        </dd>
        <dt>Who may look</dt>
        <dd>
          <List of={words.who} none="Nobody" />
        </dd>
        <dt>What for</dt>
        <dd>
          <List of={words.why} none="Nothing" />
        </dd>
        <dt>Which data</dt>
        <dd>
          <List of={words.what} none="None" />
        </dd>
        <dt>Until</dt>
        <dd>{words.until}. You can revoke it before.</dd>
        <dt>Who else may rely on it</dt>
        <dd>{granteeText(opened)}</dd>
      </dl>
      <h3>Good to know</h3>
      <ul>
        <li>
          In an emergency {hospital} can look outside of this. You see each such look here, marked, also after
          you revoked.
        </li>
        <li>
          Everybody can see that somebody gave a consent at this hospital, and when. Nobody but you and the
          hospital can see that it was you, what it allows, or who looked.
        </li>
        {(offer.form ?? 0n) === 0n ? null : (
          <li>Everybody can see what for and until when, since it is the same for a whole group.</li>
        )}
      </ul>
      {opened.name === undefined ? (
        <>
          <Notice kind="warning" title="Ask the hospital whether this is its account.">
            Anyone can write an offer, and this page cannot tell whose account it is.
          </Notice>
          <Field label="The hospital’s name, for your list" value={name} onChange={onName} />
        </>
      ) : null}
      {children}
    </section>
  );
}

function granteeText({ grantee, name }: OpenedOffer): string {
  switch (grantee.who) {
    case "hospital":
      return `${name ?? "The hospital"} itself, and nobody else.`;
    case "named":
      return `${grantee.name}.`;
    case "nobody":
      return "Nobody.";
    case "unknown":
      return "Somebody whom this page does not know. Ask the hospital who that is before you sign.";
  }
}

function List({ of, none }: { of: readonly string[]; none: string }) {
  if (of.length === 0) return <>{none}</>;
  return (
    <ul>
      {of.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}
