// SPDX-License-Identifier: GPL-3.0-or-later
import type { Form, Question, Terms } from "@vitalproof/sdk";
import { LEARNS } from "../../data/circuits.ts";
import { Fault } from "../../ui/parts.tsx";
import { duration } from "../../words/format.ts";
import type { Sentence } from "../../words/sentences.ts";

/** Terms that the form gives, in words, or why it gives none. */
export type Made = { terms: Terms; lines: string[] } | { fault: Sentence };

/** What the program says in plain words, and what its insurer learns by it. */
export function Preview({
  entry,
  form,
  made,
  benefit,
  claimWindow,
  review,
}: {
  entry: Question;
  form: Form;
  made: Made;
  /** As text; undefined while it is not an amount. */
  benefit: string | undefined;
  /** Seconds. */
  claimWindow: number;
  review: boolean;
}) {
  return (
    <aside className="card stack preview" aria-label="What the program says">
      <h2>In plain words</h2>
      {"fault" in made ? (
        <Fault sentence={made.fault} />
      ) : (
        <>
          <p className="lead">
            {benefit ?? "A benefit"} for each period of {form.window} of which a proof shows:
          </p>
          <ul className="terms">
            {made.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p className="hint">
            A period can be claimed for {duration(claimWindow)} after its anchor
            {review ? "; you may reject it, and the arbiter decides." : ", and is credited at once."}
          </p>
        </>
      )}
      <h3>You will learn</h3>
      <ul className="learn yes">
        {LEARNS.learns.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <h3>You will not learn</h3>
      <ul className="learn no">
        {LEARNS.not.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p className="hint">{LEARNS.beware}</p>
      <details>
        <summary>Where the numbers come from</summary>
        {entry.sources.map((source) => (
          <p key={source.at} className="hint">
            {source.citation}. {source.says}
          </p>
        ))}
      </details>
    </aside>
  );
}
