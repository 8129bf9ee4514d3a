// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from "react";
import { Label, TextArea, TextField } from "react-aria-components";
import { type Application, parseApplication } from "../data/attestation.ts";
import { Empty, Fault } from "../ui/parts.tsx";
import { type Sentence, sentenceOf } from "../words/sentences.ts";
import { Checked } from "./issue/Checked.tsx";
import { Mailbox } from "./issue/Mailbox.tsx";

/** Issues a policy on what an attester attested. */
export function Issue() {
  const [text, setText] = useState("");
  const [application, setApplication] = useState<Application>();
  const [fault, setFault] = useState<Sentence>();

  function take(next: string): void {
    setText(next);
    setFault(undefined);
    setApplication(undefined);
    if (next.trim() === "") return;
    try {
      setApplication(parseApplication(next));
    } catch (error) {
      setFault(sentenceOf(error));
    }
  }

  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <a href="#/insurer">Programs</a>
          </p>
          <h1>Issue a policy</h1>
        </div>
      </div>
      <div className="two even">
        <section className="card stack">
          <h2>The patient's application</h2>
          <p className="hint">
            What the attester attested, with its signature, as the patient sent it. It holds a pseudonym, no
            name and no reading.
          </p>
          <TextField className="field" value={text} onChange={take} isInvalid={fault !== undefined}>
            <Label>Application, JSON</Label>
            <TextArea
              rows={8}
              spellCheck="false"
              placeholder='{ "attestation": { … }, "signature": "0x…" }'
            />
          </TextField>
          <label className="field">
            <span>Or open a file</span>
            <input
              type="file"
              accept=".json,application/json"
              onChange={async (event) => {
                const file = event.target.files?.[0];
                if (file !== undefined) take(await file.text());
              }}
            />
          </label>
          {fault === undefined ? null : <Fault sentence={fault} />}
          <Mailbox
            onTake={(taken) => {
              setText("");
              setFault(undefined);
              setApplication(taken);
            }}
          />
        </section>
        <section className="card stack" aria-label="Checked">
          <h2>What it says</h2>
          {application === undefined ? (
            <Empty title="Nothing to check yet.">Paste or open an application.</Empty>
          ) : (
            <Checked application={application} />
          )}
        </section>
      </div>
    </>
  );
}
