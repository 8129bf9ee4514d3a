// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type DueEpoch,
  epochEnd,
  epochOffsetOf,
  epochStart,
  type LogOpening,
  PROFILES,
  type ProfileName,
  profileOf,
} from "@vitalproof/sdk";
import { useState } from "react";
import { Button, FileTrigger } from "react-aria-components";
import { Choice, Empty, Field } from "../ui/parts.tsx";
import { counted, HERE, type Span, spanName, spanTimes } from "../words/format.ts";
import { DayChart } from "./DayChart.tsx";
import type { PeriodDay } from "./days.ts";
import { nextOf } from "./journey.ts";
import type { PanelProps } from "./panelProps.tsx";
import { Act, Confirm, Fold, Outcome, Panel, Progress, useAction } from "./parts.tsx";

type Order = "" | "MDY" | "DMY";
const ORDERS: readonly (readonly [Order, string])[] = [
  ["", "as the file shows"],
  ["MDY", "month first"],
  ["DMY", "day first"],
];

/** Opening a log at the attester. */
export function EnrolPanel({ session, view, step, refresh }: PanelProps) {
  const [profile, setProfile] = useState<ProfileName>("glucose-mg-dl-5min");
  const [zone, setZone] = useState(HERE);
  const action = useAction();
  const { state, reason } = step("enrol");
  // What was just done is still announced.
  if (state === "done") return <Outcome action={action} />;
  if (view.restored && view.offer !== undefined) {
    return <ContinuePanel action={action} session={session} terms={view.offer.terms} refresh={refresh} />;
  }
  const names = (Object.keys(PROFILES) as ProfileName[]).filter((name) => !name.startsWith("test-"));
  return (
    <Panel title="Enrol with the attester">
      <p>
        The attester gets a name for your log and your device's public key. This page's device is a program:
        what it signs is your own word.
      </p>
      <Choice
        label="What is measured"
        value={profile}
        options={names.map((name) => {
          const { metric, ucum, interval } = profileOf(name);
          return [name, `${metric}, ${ucum}, every ${interval} s`];
        })}
        onChange={setProfile}
      />
      <Field
        label="Time zone of your days"
        value={zone}
        onChange={setZone}
        hint="Days begin at midnight there, by today's clock. An insurer's program must have the same days."
      />
      <Act
        busy={action.busy}
        reason={state === "can" ? undefined : reason}
        onPress={() =>
          action.run(async () => {
            const offset = epochOffsetOf(profileOf(profile), zone, view.now);
            const continued = await session.enrol({ profile, offset });
            await refresh();
            return continued ? CONTINUED : "The attester opened your log.";
          })
        }
      >
        Enrol
      </Act>
      <Outcome action={action} />
    </Panel>
  );
}

const CONTINUED =
  "The attester continues your log from its last head. Days before today cannot be proven from this browser.";

/** After a backup was restored: the attester has the log's heads, and a new log here extends them. */
function ContinuePanel({
  action,
  session,
  terms,
  refresh,
}: Pick<PanelProps, "session" | "refresh"> & {
  action: ReturnType<typeof useAction>;
  terms: { profile: ProfileName; offset: number };
}) {
  return (
    <Panel title="Continue your log">
      <p>
        Your policy was found on the chain, and what it owes you can be paid out. A backup holds no readings:
        the attester has the heads of your log, and you can go on from there. Days before today cannot be
        proven any more unless you have a copy of the old vault. Days without a head become gaps.
      </p>
      <Act
        busy={action.busy}
        onPress={() =>
          action.run(async () => {
            const { profile, offset } = terms;
            await session.enrol({ profile, offset, continues: true });
            await refresh();
            return CONTINUED;
          })
        }
      >
        Continue the log
      </Act>
      <Outcome action={action} />
    </Panel>
  );
}

/** Importing a file, and sealing what is over. */
export function ReadingsPanel({ session, view, step, refresh }: PanelProps) {
  const [zone, setZone] = useState(HERE);
  const [order, setOrder] = useState<Order>("");
  const [share, setShare] = useState<number | undefined>();
  const [thin, setThin] = useState<readonly DueEpoch[] | undefined>();
  const reading = useAction();
  const sealing = useAction({ holds: true });
  const importing = step("import");
  const seal = step("seal");
  if (importing.state !== "can") return null;
  const sealNow = async (): Promise<string> => {
    const { sent, gaps } = await session.sealAndSend();
    await refresh();
    const missed =
      gaps.length === 0 ? "" : ` The attester had closed ${gaps.length} before: they count as missing.`;
    return `The attester took ${sent} sealed ${sent === 1 ? "day" : "days"}.${missed}`;
  };
  const read = (file: File): void =>
    reading.run(async (signal) => {
      setShare(0);
      try {
        const { file: found, log } = await session.importFile(new Uint8Array(await file.arrayBuffer()), {
          zone,
          signal,
          onProgress: setShare,
          ...(order === "" ? {} : { dateOrder: order }),
        });
        await refresh();
        const refused = Object.entries(log.refused).filter(([, count]) => count > 0);
        const left = refused.map(([why, count]) => `${count} ${REFUSALS[why as keyof typeof REFUSALS]}`);
        return `${counted(found.taken, "reading")} in the file, ${log.taken} taken, ${log.duplicates} known already${left.length === 0 ? "" : `; not taken: ${left.join(", ")}`}. ${found.notes.join(" ")}`;
      } finally {
        setShare(undefined);
      }
    });
  return (
    <Fold
      title="Your readings"
      status={importing.reason}
      opens={seal.state === "can" || nextOf(view.steps)?.name === "import"}
    >
      <p>Files are read in this page and go nowhere.</p>
      <Field
        label="Time zone of the file"
        value={zone}
        onChange={setZone}
        hint="Used where the file's times have none"
      />
      <Choice label="Order of day and month" value={order} options={ORDERS} onChange={setOrder} />
      <FileTrigger
        onSelect={(files) => {
          const [file] = Array.from(files ?? []);
          if (file !== undefined) read(file);
        }}
      >
        <div className="patient-act">
          <Button className="primary" aria-disabled={reading.busy}>
            Import a file
          </Button>
        </div>
      </FileTrigger>
      {share === undefined ? null : <Progress text="Reading the file" percent={Math.round(100 * share)} />}
      {reading.busy ? (
        <Act quiet busy={false} onPress={reading.cancel}>
          Stop
        </Act>
      ) : null}
      <Outcome action={reading} />
      <Act
        busy={sealing.busy}
        reason={seal.state === "can" ? undefined : seal.reason}
        onPress={() =>
          sealing.run(async () => {
            const found = await session.thinEpochs();
            if (found.length === 0) return sealNow();
            setThin(found);
            return undefined;
          })
        }
      >
        Seal and send
      </Act>
      {thin === undefined || view.log === undefined ? null : (
        <Confirm
          title="Most readings are missing"
          confirm="Seal anyway"
          onClose={() => setThin(undefined)}
          onConfirm={() => sealing.run(sealNow)}
        >
          <ul>
            {thin.slice(0, MOST_SHOWN).map(({ epoch, filled, samples }) => (
              <li key={epoch}>
                {filled} of {samples} readings for {spanName(spanOf(view.log!.opening, epoch))}
              </li>
            ))}
          </ul>
          {thin.length > MOST_SHOWN ? <p>And {counted(thin.length - MOST_SHOWN, "day")} more.</p> : null}
          <p>Nothing can be added to a sealed day, and missing readings may cost you its benefit.</p>
        </Confirm>
      )}
      <p className="hint">
        Sealing hides a day's readings in one number, its head. Only the head and a signature are sent.
      </p>
      <Outcome action={sealing} />
    </Fold>
  );
}

/** Epochs that a question names one by one. */
const MOST_SHOWN = 7;

/** An epoch of the log as people name it. */
function spanOf({ profile, offset }: LogOpening, epoch: number): Span {
  const of = profileOf(profile);
  return { start: epochStart(of, offset, epoch), end: epochEnd(of, offset, epoch), offset };
}

/** Why the log did not take a reading. */
const REFUSALS = {
  "wrong-unit": "in another unit",
  "not-representable": "between two steps of the scale",
  "impossible-value": "with an impossible value",
  "impossible-time": "with an impossible time",
  "before-log": "from before the log began",
  "epoch-sealed": "for a day that is sealed",
  "other-source": "of another device or app than the day's first ones",
} as const;

/** Each period with its chart, its numbers and both verdicts. */
export function DaysPanel({ view }: PanelProps) {
  const [chosen, setChosen] = useState<number | undefined>();
  const { days } = view;
  if (days === undefined) return null;
  const shown =
    days.periods.find(({ period }) => period === chosen) ?? lastSealed(days.periods) ?? days.periods[0]!;
  return (
    <Fold
      title="Your days"
      status={`${counted(days.periods.filter(({ state }) => state === "sealed").length, "period")} of ${days.periods.length} complete`}
      opens={false}
    >
      <Choice
        label="Day"
        value={String(shown.period)}
        options={days.periods.map((day) => [String(day.period), `${spanName(day)}: ${standing(day)}`])}
        onChange={(period) => setChosen(Number(period))}
      />
      {shown.state === "lost" ? (
        <Empty title={`The readings of ${spanName(shown)} are not in this vault`}>
          They are from before the log in this vault began. If you restored it from a backup, a copy of the
          old vault has them.
        </Empty>
      ) : shown.state === "open" ? (
        <Empty title={`${spanName(shown)} is not sealed yet`}>It is shown when it is over and sealed.</Empty>
      ) : (
        <>
          <p>{spanTimes(shown)}</p>
          <DayChart day={shown} scale={days.scale} />
          <div className="patient-verdicts">
            {(
              [
                ["Missing readings count against you", "worst-case", shown.worstCase],
                ["Missing readings are left out", "of-valid", shown.ofValid],
              ] as const
            ).map(([title, semantics, verdict]) => (
              <div key={semantics}>
                <h3>
                  {title}: {verdict.holds ? "holds" : "does not hold"}
                </h3>
                {shown.decided === semantics ? <p>This is how your insurer's terms decide.</p> : null}
                <ul>
                  {verdict.lines.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </div>
            ))}
          </div>
        </>
      )}
      <h3>The terms in words</h3>
      <ul>
        {days.words.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Fold>
  );
}

function standing(day: PeriodDay): string {
  if (day.state === "lost") return "not in this vault";
  if (day.state === "open") return "not complete yet";
  return day.holds ? "meets the terms" : "does not meet the terms";
}

function lastSealed<T extends { state: string }>(periods: readonly T[]): T | undefined {
  return periods.findLast(({ state }) => state === "sealed");
}
