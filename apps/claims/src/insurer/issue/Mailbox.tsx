// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { type Application, applicationOf } from "../../data/attestation.ts";
import { useApp } from "../../ui/app.tsx";
import { Empty, Fault, Loading } from "../../ui/parts.tsx";
import { short } from "../../words/format.ts";
import { type Sentence, sentenceOf } from "../../words/sentences.ts";

/** Applications that patients left with the demonstration's service. */
export function Mailbox({ onTake }: { onTake: (application: Application) => void }) {
  const { config } = useApp();
  const [list, setList] = useState<Application[]>();
  const [fault, setFault] = useState<Sentence>();
  const address = config.demo?.applications;
  useEffect(() => {
    if (address === undefined) return;
    let gone = false;
    fetch(address)
      .then(async (answer) => {
        if (!answer.ok) throw new Error(`The mailbox answered with HTTP status ${answer.status}.`);
        const { applications } = (await answer.json()) as { applications?: unknown };
        if (!Array.isArray(applications)) throw new Error("The mailbox did not answer with a list.");
        if (!gone) setList(applications.map(applicationOf));
      })
      .catch((error: unknown) => !gone && setFault(sentenceOf(error)));
    return () => {
      gone = true;
    };
  }, [address]);
  if (address === undefined) return null;
  return (
    <div className="stack">
      <h3>Demo mailbox</h3>
      {fault !== undefined ? (
        <Fault sentence={fault} />
      ) : list === undefined ? (
        <Loading what="Looking into the mailbox" />
      ) : list.length === 0 ? (
        <Empty title="The mailbox is empty.">
          Patients of the demonstration leave their applications here.
        </Empty>
      ) : (
        <ul className="mailbox">
          {list.map((each) => (
            <li key={each.signature}>
              <span>
                Program {String(each.attestation.program)}, {each.attestation.periods} periods, controller{" "}
                {short(each.attestation.controller)}
              </span>
              <Button onPress={() => onTake(each)}>Take</Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
