// SPDX-License-Identifier: GPL-3.0-or-later
import {
  countedTagValue,
  epochSeconds,
  GENERATED,
  highestCode,
  type Instance,
  NO_BOUND,
  type Protocol,
  place,
  placeTemplate,
  tagValue,
} from "./sources.ts";

export function typescriptProtocol(protocol: Protocol, instances: readonly Instance[]): string {
  const templates = Object.fromEntries(
    Object.entries(protocol.terms.templates).map(([name, template]) => [
      name,
      { id: template.id, flags: template.flags, ...placeTemplate(protocol, name) },
    ]),
  );
  const profiles = Object.fromEntries(
    Object.entries(protocol.profiles).map(([name, profile]) => [
      name,
      { name, ...profile, codes: highestCode(profile), epochSeconds: epochSeconds(profile) },
    ]),
  );
  const circuits = Object.fromEntries(
    instances
      // Those that terms can ask for.
      .filter(({ template }) => protocol.terms.templates[template] !== undefined)
      .map(({ name, version, template, profile, epochs }) => [
        name,
        {
          name,
          version,
          template,
          profile,
          epochs,
        },
      ]),
  );
  return `// SPDX-License-Identifier: GPL-3.0-or-later
// ${GENERATED}

/** Domain separators: ASCII bytes read as a big-endian number. */
export const TAGS = {
${tagLines(protocol)}
} as const;

/** Greatest depth of an anchor tree. */
export const MAX_DEPTH = ${protocol.maxDepth};

/** Bits of a word that packed slots may use. */
export const WORD_BITS = ${protocol.wordBits};

/** Inputs of a full block of an epoch's inner hash. */
export const INNER_INPUTS = ${protocol.inner.inputs};

/** Blocks of an inner hash that may follow the first. */
export const INNER_MAX_FURTHER_BLOCKS = ${protocol.inner.maxFurtherBlocks};

/** Shares in terms are counted in 1/SHARE_UNIT. */
export const SHARE_UNIT = 10_000n;

/** Upper bound of a count in terms that bounds nothing. */
export const NO_BOUND = ${NO_BOUND};

export const CONTEXT_FIELDS = ${json(place(protocol.context).fields)} as const;

/** Facts of a claim circuit in the circuit registry. */
export const CLAIM_FACTS = ${json(place(protocol.claimFacts).fields)} as const;

export const TERMS_HEADER = ${json(place(protocol.terms.header).fields)} as const;

/** Bit numbers inside the flags field, of the flags that terms of every template have. */
export const FLAGS = ${json(protocol.terms.flags)} as const;

export const TERMS_TEMPLATES = ${json(templates)} as const;

export const PROFILES = ${json(profiles)} as const;

export const CIRCUITS = ${json(circuits)} as const;
`;
}

/** What only the health ledger has: a page that does without it does not load it. */
export function typescriptLedgerProtocol(protocol: Protocol, instances: readonly Instance[]): string {
  const ledger = Object.fromEntries(
    Object.entries(protocol.ledger).map(([name, word]) => [name, place(word).fields]),
  );
  return `// SPDX-License-Identifier: GPL-3.0-or-later
// ${GENERATED}

/** Packed words of the health ledger. */
export const LEDGER_WORDS = ${json(ledger)} as const;

/** Purposes, by their bits: names, and codes of HL7's PurposeOfUse. */
export const LEDGER_PURPOSES = ${json(protocol.ledgerCodes.purposes)} as const;

/** Roles of who looks, by their bits. */
export const LEDGER_ROLES = ${json(protocol.ledgerCodes.roles.map(({ name }) => name))} as const;

/** Classes of data, by their bits. */
export const LEDGER_CLASSES = ${json(protocol.ledgerCodes.classes.map(({ name }) => name))} as const;

/** Circuits of the health ledger. */
export const LEDGER_CIRCUITS = ${json(circuitsOf(instances, "ledger-"))} as const;
`;
}

/** What only research queries have. */
export function typescriptResearchProtocol(protocol: Protocol, instances: readonly Instance[]): string {
  const { sizes, words } = protocol.research;
  const placed = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, place(word).fields]));
  const lines = Object.entries(sizes).map(
    ([name, { value, doc }]) => `  /** ${doc} */\n  ${name}: ${value},`,
  );
  return `// SPDX-License-Identifier: GPL-3.0-or-later
// ${GENERATED}

/** Domain separators: ASCII bytes read as a big-endian number. */
export const RESEARCH_TAGS = {
${tagLines(protocol.research)}
} as const;

/** Sizes of pages, programs and answers. */
export const RESEARCH_SIZES = {
${lines.join("\n")}
} as const;

/** Packed words of research queries. */
export const RESEARCH_WORDS = ${json(placed)} as const;

/** Circuits of research queries. */
export const RESEARCH_CIRCUITS = ${json(circuitsOf(instances, "research-"))} as const;
`;
}

/** The circuits of a product, by the beginning of their families' names. */
function circuitsOf(instances: readonly Instance[], product: string) {
  return Object.fromEntries(
    instances
      .filter(({ family }) => family.name.startsWith(product))
      .map(({ name, version, family, sizes }) => [name, { name, version, family: family.name, sizes }]),
  );
}

function tagLines({ tags, countedTags }: Pick<Protocol, "tags" | "countedTags">): string {
  const single = Object.entries(tags).map(
    ([name, tag]) => `  /** ASCII "${tag}" */\n  ${name}: 0x${tagValue(tag).toString(16)}n,`,
  );
  const counted = Object.entries(countedTags).map(
    ([name, tag]) =>
      `  /** ASCII "${tag}", then two bytes that count blocks: add the block's number */\n  ${name}: 0x${countedTagValue(tag).toString(16)}n,`,
  );
  return [...single, ...counted].join("\n");
}

/** Without the words for people: no program reads them, and pages would load them. */
function json(value: unknown): string {
  return JSON.stringify(value, (name, each) => (name === "doc" ? undefined : each), 2);
}
