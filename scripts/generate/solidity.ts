// SPDX-License-Identifier: GPL-3.0-or-later
import { flagsOf, GENERATED, NO_BOUND, type Protocol, place, placeTemplate, upperSnake } from "./sources.ts";

/** One line of a library of constants. */
function constant(type: string, name: string, value: string | number): string {
  return `    ${type} internal constant ${name} = ${value};`;
}

function library(name: string, title: string, lines: readonly string[]): string {
  return `// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title ${title}
/// @dev ${GENERATED}
library ${name} {
${lines.join("\n")}
}
`;
}

export function solidityFactsLayout(protocol: Protocol): string {
  const { fields, end } = place(protocol.claimFacts);
  return library(
    "FactsLayout",
    "Positions of the fields inside a claim circuit's facts, least significant bit first",
    [
      ...fields.map(({ name, shift }) => constant("uint256", `${upperSnake(name)}_SHIFT`, shift)),
      constant("uint256", "END", end),
    ],
  );
}

export function solidityLedgerLayout(protocol: Protocol): string {
  const lines = Object.entries(protocol.ledger).flatMap(([word, list]) =>
    place(list).fields.flatMap(({ name, shift, bits }) => [
      constant("uint256", `${upperSnake(word)}_${upperSnake(name)}_SHIFT`, shift),
      constant("uint256", `${upperSnake(word)}_${upperSnake(name)}_BITS`, bits),
    ]),
  );
  const purposes = protocol.ledgerCodes.purposes.map(({ name }, bit) =>
    constant("uint256", `PURPOSE_${upperSnake(name)}`, bit),
  );
  return library(
    "LedgerLayout",
    "Positions of the fields inside the health ledger's words, least significant bit first; bits of its purposes",
    [...lines, ...purposes],
  );
}

export function solidityResearchLayout({ research, ledger, ledgerCodes }: Protocol): string {
  const { sizes, words } = research;
  // What a product asks of the rights that a ledger page's consents have in common.
  const rights = place(ledger.rights).fields;
  const shiftOf = (field: string) => rights.find(({ name }) => name === field)!.shift;
  const purpose = ledgerCodes.purposes.findIndex(({ name }) => name === "research");
  const fields = (["condition", "wants"] as const).flatMap((word) =>
    place(words[word]!).fields.flatMap(({ name, shift, bits }) => [
      constant("uint256", `${upperSnake(word)}_${upperSnake(name)}_SHIFT`, shift),
      constant("uint256", `${upperSnake(word)}_${upperSnake(name)}_BITS`, bits),
    ]),
  );
  return library(
    "ResearchLayout",
    "Sizes of research queries, fields of a program's first word, and of a ledger page's form",
    [
      ...Object.entries(sizes).map(([name, { value }]) => constant("uint256", upperSnake(name), value)),
      ...fields,
      constant("uint256", "FORM_PURPOSE_RESEARCH", shiftOf("purposes") + purpose),
      constant("uint256", "FORM_UNTIL_SHIFT", shiftOf("until")),
    ],
  );
}

export function solidityTermsLayout(protocol: Protocol): string {
  const lines: string[] = [];
  const add = (...line: Parameters<typeof constant>) => lines.push(constant(...line));

  for (const field of place(protocol.terms.header).fields) {
    add("uint256", `${upperSnake(field.name)}_SHIFT`, field.shift);
    add("uint256", `${upperSnake(field.name)}_BITS`, field.bits);
  }
  for (const [name, bit] of Object.entries(protocol.terms.flags)) {
    add("uint256", `FLAG_${upperSnake(name)}`, `1 << ${bit}`);
  }
  add("uint256", "SHARE_UNIT", "10_000");
  add("uint256", "NO_BOUND", NO_BOUND);
  for (const [name, template] of Object.entries(protocol.terms.templates)) {
    const prefix = upperSnake(name);
    add("uint8", `${prefix}_ID`, template.id);
    add("uint256", `${prefix}_FLAGS`, `(1 << ${flagsOf(protocol, name).length}) - 1`);
    for (const [flag, bit] of Object.entries(template.flags)) {
      add("uint256", `${prefix}_FLAG_${upperSnake(flag)}`, `1 << ${bit}`);
    }
    const { fields, end } = placeTemplate(protocol, name);
    for (const field of fields) {
      add("uint256", `${prefix}_${upperSnake(field.name)}_SHIFT`, field.shift);
      add("uint256", `${prefix}_${upperSnake(field.name)}_BITS`, field.bits);
    }
    add("uint256", `${prefix}_END`, end);
  }

  return library("TermsLayout", "Positions of the fields inside `terms`, least significant bit first", lines);
}
