// SPDX-License-Identifier: GPL-3.0-or-later
import { dateTime } from "../words/format.ts";
import { nextMoment } from "./journey.ts";
import { Act, Outcome, useAction } from "./parts.tsx";
import type { SessionParts, View } from "./session.ts";

/** The demonstration's clock: time passes on request. */
export function DemoClock({
  view,
  demo,
  refresh,
}: {
  view: View;
  demo: NonNullable<SessionParts["demo"]>;
  refresh: () => Promise<void>;
}) {
  const action = useAction();
  const next = nextMoment(view.steps, view.now);
  return (
    <section className="patient-clock" aria-label="The demonstration's clock">
      <p className="hint">Demonstration: it is {dateTime(view.now)} on the chain.</p>
      <Act
        quiet
        busy={action.busy}
        reason={next === undefined ? "Nothing waits for the clock." : undefined}
        onPress={() =>
          action.run(async () => {
            // A minute more: heads are due from an epoch's end, anchors from a second after the intake's.
            await demo.passUntil(next! + 60);
            await refresh();
            return `Time has passed until ${dateTime(next! + 60)}.`;
          })
        }
      >
        {next === undefined ? "Let time pass" : `Let time pass until ${dateTime(next)}`}
      </Act>
      <Outcome action={action} />
    </section>
  );
}
