// SPDX-License-Identifier: GPL-3.0-or-later
//
// Terms of every template, packed by docs/protocol.md without the SDK. Lies are packed as readily as truths.
import { protocol, type Shape, type TemplateName } from "./shapes.ts";

/** Every input of `terms` on its own, so that a test can put nonsense into each. */
export interface TermsHeader {
  readonly template: bigint;
  readonly profile: bigint;
  readonly offset: bigint;
  readonly epoch: bigint;
  readonly epochs: bigint;
  readonly flags: bigint;
}

/** Terms of the template `distribution`. */
export interface TermsFields extends TermsHeader {
  readonly low: bigint;
  readonly high: bigint;
  readonly shareMin: bigint;
  readonly shareMax: bigint;
  readonly meanMin: bigint;
  readonly meanMax: bigint;
  readonly coverageMin: bigint;
  readonly coverageMax: bigint;
}

export interface EpisodeTerms extends TermsHeader {
  readonly low: bigint;
  readonly high: bigint;
  readonly minRun: bigint;
  readonly runsMin: bigint;
  readonly runsMax: bigint;
  readonly coverageMin: bigint;
}

export interface RegularityTerms extends TermsHeader {
  readonly low: bigint;
  readonly high: bigint;
  readonly level: bigint;
  readonly epochsMin: bigint;
  readonly epochsMax: bigint;
  readonly shareMin: bigint;
  readonly shareMax: bigint;
  readonly coverageMin: bigint;
}

export interface ImpactTerms extends TermsHeader {
  readonly threshold: bigint;
  readonly minRun: bigint;
  readonly countMin: bigint;
  readonly countMax: bigint;
  readonly coverageMin: bigint;
}

export interface TermsByTemplate {
  readonly distribution: TermsFields;
  readonly episode: EpisodeTerms;
  readonly regularity: RegularityTerms;
  readonly impact: ImpactTerms;
}

/** The value of "at most" bounds on counts that bounds nothing. */
export const NO_BOUND = 65_535n;

/** Terms of a template that ask for nothing but a reading. */
export function openTermsOf<T extends TemplateName>(
  template: T,
  shape: Shape,
  changes: Partial<TermsByTemplate[T]> = {},
): TermsByTemplate[T] {
  const band = { low: 1n, high: BigInt(shape.codes) };
  const open: TermsByTemplate = {
    distribution: {
      ...headerOf("distribution", shape),
      ...band,
      shareMin: 0n,
      shareMax: 10_000n,
      meanMin: 0n,
      meanMax: BigInt(shape.codes),
      coverageMin: 0n,
      coverageMax: 10_000n,
    },
    episode: {
      ...headerOf("episode", shape),
      ...band,
      minRun: 1n,
      runsMin: 0n,
      runsMax: NO_BOUND,
      coverageMin: 0n,
    },
    regularity: {
      ...headerOf("regularity", shape),
      ...band,
      level: 0n,
      epochsMin: 0n,
      epochsMax: NO_BOUND,
      shareMin: 0n,
      shareMax: 10_000n,
      coverageMin: 0n,
    },
    impact: {
      ...headerOf("impact", shape),
      threshold: 1n,
      minRun: 1n,
      countMin: 0n,
      countMax: NO_BOUND,
      coverageMin: 0n,
    },
  };
  return { ...open[template], ...changes };
}

function headerOf(template: TemplateName, shape: Shape): TermsHeader {
  return {
    template: BigInt(protocol.terms.templates[template].id),
    profile: shape.profile,
    offset: 3n,
    epoch: 20_000n,
    epochs: BigInt(shape.epochs),
    flags: 0n,
  };
}

/** Terms of the template `distribution` that ask for nothing but a reading. */
export function openTerms(shape: Shape, changes: Partial<TermsFields> = {}): TermsFields {
  return openTermsOf("distribution", shape, changes);
}

/**
 * No range check: a field too large runs into its neighbour, as a liar would have
 * it. The layout is that of the template whose fields these are, whatever id the
 * header gives.
 */
export function packTerms(fields: TermsHeader): bigint {
  const templates: { fields: { name: string; bits: number }[] }[] = Object.values(protocol.terms.templates);
  const layout = templates.find((template) => template.fields.every(({ name }) => name in fields));
  if (layout === undefined) throw new Error("terms with the fields of no template");
  const values = new Map<string, bigint>(Object.entries(fields));
  let word = 0n;
  let shift = 0n;
  for (const { name, bits } of [...protocol.terms.header, ...layout.fields]) {
    word += values.get(name)! << shift;
    shift += BigInt(bits);
  }
  return word;
}
