// SPDX-License-Identifier: GPL-3.0-or-later

/** What slither writes with `--json`, as far as it is read. */
export interface SlitherResult {
  readonly results: {
    readonly detectors?: readonly {
      readonly check: string;
      readonly impact: string;
      readonly elements: readonly {
        readonly type: string;
        readonly name: string;
        readonly type_specific_fields?: { readonly parent?: { readonly name: string } };
      }[];
    }[];
  };
}

/** By detector: why its findings are harmless, and where they are; "anywhere" where that holds for all of the kind. */
export type Triage = Readonly<
  Record<string, { readonly why: string; readonly where: readonly string[] | "anywhere" }>
>;

/** "detector: Contract.function" of every finding, in order, each once. */
export function findingsOf({ results }: SlitherResult): string[] {
  const names = (results.detectors ?? []).map(({ check, elements }) => {
    const [first] = elements;
    const parent = first?.type_specific_fields?.parent?.name;
    const where = first === undefined ? "" : parent === undefined ? first.name : `${parent}.${first.name}`;
    return `${check}: ${where}`;
  });
  return [...new Set(names)].sort();
}

/** Findings that the triage does not know, and those of the triage that are not there any more. */
export function newFindings(
  result: SlitherResult,
  triage: Triage,
): { found: number; unsorted: string[]; gone: string[] } {
  const found = findingsOf(result);
  const known = Object.entries(triage).flatMap(([check, { where }]) =>
    where === "anywhere" ? [] : where.map((place) => `${check}: ${place}`),
  );
  const isOfKind = (finding: string) => triage[finding.slice(0, finding.indexOf(":"))]?.where === "anywhere";
  return {
    found: found.length,
    unsorted: found.filter((finding) => !isOfKind(finding) && !known.includes(finding)),
    gone: known.filter((finding) => !found.includes(finding)),
  };
}
