// SPDX-License-Identifier: GPL-3.0-or-later
import type { SeriesInspection } from "@vitalproof/readers";
import { catalogue, formEpochs } from "@vitalproof/sdk";

/** A question that readings on a profile's slots could answer, and whether there are enough of them. */
export type Answerable = {
  readonly question: string;
  readonly window: string;
  /** Whether a circuit proves it. Without one it can be checked and not claimed. */
  readonly provable: boolean;
  /** Whether the readings span the window. */
  readonly longEnough: boolean;
};

/** Questions of the catalogue about a series' metric, on the profile that it was slotted under. */
export function answerable({ metric, slotting }: SeriesInspection): Answerable[] {
  if (slotting === null || slotting.kept === 0) return [];
  return catalogue().flatMap((entry) => {
    if (entry.kind !== "question" || entry.metric !== metric) return [];
    return entry.forms
      .filter(({ profile }) => profile === slotting.profile)
      .map((form) => ({
        question: entry.name,
        window: form.window,
        provable: form.circuit !== undefined,
        longEnough: slotting.epochs >= formEpochs(form),
      }));
  });
}

/** What can be asked, what the file is too short for, and the command that asks the first of it. */
export function answerLines(found: readonly Answerable[], command: (question: string) => string): string[] {
  const listed = (some: readonly Answerable[]): string =>
    some
      .map(
        ({ question, window, provable }) => `${question} (${window}${provable ? "" : ", without a proof"})`,
      )
      .join(", ");
  const [enough, short] = [true, false].map((wanted) =>
    found.filter(({ longEnough }) => longEnough === wanted),
  );
  const [first] = enough!;
  return [
    ...(enough!.length === 0 ? [] : [`  it could answer ${listed(enough!)}`]),
    ...(short!.length === 0 ? [] : [`  it is too short for ${listed(short!)}`]),
    ...(first === undefined ? [] : [`  next: ${command(first.question)}`]),
  ];
}
