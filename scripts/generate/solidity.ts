// SPDX-License-Identifier: GPL-3.0-or-later
import { flagsOf, GENERATED, NO_BOUND, type Protocol, place, placeTemplate, upperSnake } from "./sources.ts";

export function solidityTermsLayout(protocol: Protocol): string {
  const lines: string[] = [];
  const constant = (type: string, name: string, value: string | number) =>
    lines.push(`    ${type} internal constant ${name} = ${value};`);

  for (const field of place(protocol.terms.header).fields) {
    constant("uint256", `${upperSnake(field.name)}_SHIFT`, field.shift);
    constant("uint256", `${upperSnake(field.name)}_BITS`, field.bits);
  }
  for (const [name, bit] of Object.entries(protocol.terms.flags)) {
    constant("uint256", `FLAG_${upperSnake(name)}`, `1 << ${bit}`);
  }
  constant("uint256", "SHARE_UNIT", "10_000");
  constant("uint256", "NO_BOUND", NO_BOUND);
  for (const [name, template] of Object.entries(protocol.terms.templates)) {
    const prefix = upperSnake(name);
    constant("uint8", `${prefix}_ID`, template.id);
    constant("uint256", `${prefix}_FLAGS`, `(1 << ${flagsOf(protocol, name).length}) - 1`);
    for (const [flag, bit] of Object.entries(template.flags)) {
      constant("uint256", `${prefix}_FLAG_${upperSnake(flag)}`, `1 << ${bit}`);
    }
    const { fields, end } = placeTemplate(protocol, name);
    for (const field of fields) {
      constant("uint256", `${prefix}_${upperSnake(field.name)}_SHIFT`, field.shift);
      constant("uint256", `${prefix}_${upperSnake(field.name)}_BITS`, field.bits);
    }
    constant("uint256", `${prefix}_END`, end);
  }

  return `// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Positions of the fields inside \`terms\`, least significant bit first
/// @dev ${GENERATED}
library TermsLayout {
${lines.join("\n")}
}
`;
}
