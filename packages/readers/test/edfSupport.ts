// SPDX-License-Identifier: GPL-3.0-or-later

export type MadeSignal = {
  readonly label: string;
  readonly dimension?: string;
  /** Physical and digital ends of its range. */
  readonly physical?: readonly [string | number, string | number];
  readonly digital?: readonly [number, number];
  /** The stored numbers of each data record, or the text of its annotations. */
  readonly records: readonly (readonly number[] | string)[];
  /** Samples of a record; needed for annotations. */
  readonly samples?: number;
};

export type MadeEdf = {
  readonly date?: string;
  readonly clock?: string;
  readonly recording?: string;
  readonly reserved?: string;
  readonly seconds?: number;
  /** What the header says; the records there are where it is left out. */
  readonly count?: number;
  readonly signals: readonly MadeSignal[];
};

/** An EDF file, field by field as its specification lists them. */
export function edfOf(made: MadeEdf): Uint8Array {
  const { date = "02.03.26", clock = "09.00.00", recording = "", reserved = "", seconds = 1, signals } = made;
  const records = signals[0]!.records.length;
  const pad = (value: string | number, length: number): string => {
    const text = String(value).padEnd(length);
    if (text.length !== length) throw new Error(`"${value}" is longer than ${length}`);
    return text;
  };
  const samplesOf = ({ samples, records: [first] }: MadeSignal): number => samples ?? first!.length;
  const each = (length: number, field: (signal: MadeSignal) => string | number): string =>
    signals.map((signal) => pad(field(signal), length)).join("");
  const header = [
    pad("0", 8),
    pad("A patient's name", 80),
    pad(recording, 80),
    pad(date, 8),
    pad(clock, 8),
    pad(256 * (signals.length + 1), 8),
    pad(reserved, 44),
    pad(made.count ?? records, 8),
    pad(seconds, 8),
    pad(signals.length, 4),
    each(16, ({ label }) => label),
    each(80, () => ""),
    each(8, ({ dimension = "" }) => dimension),
    each(8, ({ physical = [0, 100] }) => physical[0]),
    each(8, ({ physical = [0, 100] }) => physical[1]),
    each(8, ({ digital = [0, 100] }) => digital[0]),
    each(8, ({ digital = [0, 100] }) => digital[1]),
    each(80, () => ""),
    each(8, samplesOf),
    each(32, () => ""),
  ].join("");
  const data = Array.from({ length: records }, (_, number) =>
    signals.map((signal) => stored(signal.records[number]!, samplesOf(signal))),
  ).flat();
  return Buffer.concat([Buffer.from(header, "latin1"), ...data]);
}

function stored(record: readonly number[] | string, samples: number): Buffer {
  const bytes = Buffer.alloc(2 * samples);
  if (typeof record === "string") bytes.write(record, "latin1");
  else for (const [i, number] of record.entries()) bytes.writeInt16LE(number, 2 * i);
  return bytes;
}
