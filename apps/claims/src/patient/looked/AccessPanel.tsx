// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from "react";
import { download } from "../../ui/download.ts";
import { counted, dateTime, HERE } from "../../words/format.ts";
import { Act, Fault, Outcome, Panel, useAction } from "../parts.tsx";
import type { LookedProps } from "./props.ts";
import { filesOf } from "./report.ts";
import { newestFirst } from "./view.ts";
import { accessInWords } from "./words.ts";

/** Accesses that are shown at first, and with each press of the button. */
const SOME = 50;

/** Who looked, when, why and at what; and for which time nothing was reported. */
export function AccessPanel({ session, view }: LookedProps) {
  const [shown, setShown] = useState(SOME);
  const action = useAction();
  const { accounting, consents, reported, faults, now } = view;
  if (consents.length === 0) return null;
  const rows = newestFirst(accounting);
  const { custodianOf } = session.report(view);
  const { emergencies } = accounting.counts;
  const save = (kind: "html" | "csv" | "fhir"): void =>
    action.run(async () => {
      const { name, type, text } = filesOf(session.report(view), HERE)[kind];
      download(name, type, text());
      return "The file was handed to your browser's downloads. It tells about your health: keep it as such.";
    });
  return (
    <Panel title="Who looked">
      {faults.map((error) => (
        <Fault key={error.message} error={error} />
      ))}
      <p className="patient-next">
        {rows.length === 0
          ? `Nobody is reported to have looked${faults.length === 0 ? "." : ", in the records that could be read."}`
          : `${counted(rows.length, "look")} reported, ${emergencies === 0 ? "none" : emergencies} in an emergency.`}
      </p>
      {reported.map(({ hospital, from, until }) => (
        <p key={`${hospital}${from}`}>
          {until === from
            ? `${hospital} has reported nothing yet, not even that nobody looked.`
            : `${hospital} has reported until ${dateTime(until)}. What came later it can still report.`}
        </p>
      ))}
      {rows.length === 0 ? null : (
        <ol className="looked-list" aria-label="Looks, the latest first">
          {rows.slice(0, shown).map((row) => {
            const { who, why, what } = accessInWords(row);
            return (
              <li
                key={`${row.transaction}${row.index}-${row.slot}`}
                className={row.emergency ? "emergency" : undefined}
              >
                <p>
                  <strong>{dateTime(row.at)}</strong>{" "}
                  {row.emergency ? (
                    <span className="looked-mark wrong">Emergency, outside of your consent</span>
                  ) : null}{" "}
                  {row.late ? <span className="looked-mark waiting">Reported late</span> : null}{" "}
                  {row.doubtful ? <span className="looked-mark waiting">Uncertain</span> : null}
                </p>
                <dl>
                  <div>
                    <dt>Who</dt>
                    <dd>
                      {who}
                      <span className="hint">{custodianOf(row.address, row.at).name}</span>
                    </dd>
                  </div>
                  <div>
                    <dt>Why</dt>
                    <dd>{why}</dd>
                  </div>
                  <div>
                    <dt>What data</dt>
                    <dd>{what}</dd>
                  </div>
                </dl>
              </li>
            );
          })}
        </ol>
      )}
      {rows.length <= shown ? null : (
        <Act quiet busy={false} onPress={() => setShown(shown + SOME)}>
          Show {Math.min(SOME, rows.length - shown)} more of {rows.length - shown}
        </Act>
      )}
      <h3>Times without a report</h3>
      {accounting.gaps.length === 0 ? (
        <p>
          {accounting.tried.batches === 0
            ? "The hospital has reported nothing yet."
            : "None since your consent was given."}
        </p>
      ) : (
        <>
          <p>For these times the hospital said nothing, not even that nobody looked.</p>
          <ul>
            {accounting.gaps.map(({ address, from, until }) => (
              <li key={`${address.page}-${from}`}>
                {custodianOf(address, from * 60).name}: {dateTime(from * 60)} to{" "}
                {until * 60 >= now - 60 ? "now" : dateTime(until * 60)}
              </li>
            ))}
          </ul>
        </>
      )}
      <details>
        <summary>What this list cannot show</summary>
        <ul>
          <li>A look that the hospital did not report. Nothing can show it.</li>
          <li>
            Names. The hospital knows who staff number 5 is: ask there. Their role and reason are what the
            hospital says.
          </li>
          <li>Which pages or results were read. You see the kind of data, and the minute.</li>
        </ul>
      </details>
      <h3>Take it with you</h3>
      <Act quiet busy={action.busy} onPress={() => save("html")}>
        Save a page to print
      </Act>
      <Act quiet busy={action.busy} onPress={() => save("csv")}>
        Save as a table (CSV)
      </Act>
      <Act quiet busy={action.busy} onPress={() => save("fhir")}>
        Save for health software (FHIR)
      </Act>
      <Outcome action={action} />
    </Panel>
  );
}
