// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitStop, globalStops, type StopWords } from "../data/stops.ts";
import { useChain } from "./app.tsx";
import { Notice } from "./parts.tsx";

/** What stops everything now: pauses, and outages of the chain. */
export function GlobalStops() {
  const { ledger, tip } = useChain();
  if (ledger === undefined || tip === undefined) return null;
  return globalStops(ledger.stops, tip.timestamp).map((words) => <Told key={words.title} words={words} />);
}

/** What stops claims under a circuit now. */
export function CircuitStop({ circuit }: { circuit: string }) {
  const { ledger, tip } = useChain();
  if (ledger === undefined || tip === undefined) return null;
  const words = circuitStop(ledger.stops, circuit, tip.timestamp);
  return words === undefined ? null : <Told words={words} />;
}

function Told({ words: { title, says, quoted } }: { words: StopWords }) {
  return (
    <Notice kind="warning" title={title}>
      <p>{says}</p>
      {quoted === undefined ? null : <p className="hint">“{quoted}”</p>}
    </Notice>
  );
}
