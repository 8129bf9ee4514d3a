// SPDX-License-Identifier: GPL-3.0-or-later
import { formatNumber } from "@vitalproof/sdk";

/** Characters of an amount that have room in a quarter of a card. */
const SHORT = 9;

/** What is free, reserved, owed and paid out, in numbers and as a bar. Amounts in smallest units. */
export function MoneyFigures({
  free,
  reserved,
  owed,
  paid,
  decimals,
}: {
  free: bigint;
  reserved: bigint;
  owed: bigint;
  paid: bigint;
  decimals: number;
}) {
  const figures = (
    [
      ["Free", free],
      ["Reserved", reserved],
      ["Owed", owed],
      ["Paid out", paid],
    ] as const
  ).map(([name, value]) => [name, formatNumber(value, decimals)] as const);
  const long = figures.some(([, text]) => text.length > SHORT);
  return (
    <>
      <dl className={`figures ${long ? "long" : ""}`}>
        {figures.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <MoneyBar free={free} reserved={reserved} owed={owed} />
    </>
  );
}

/** Shares of free, reserved and owed money. The figures next to it say the same. */
function MoneyBar({ free, reserved, owed }: { free: bigint; reserved: bigint; owed: bigint }) {
  const sum = free + reserved + owed;
  if (sum === 0n) return null;
  const width = (part: bigint) => Number((part * 10_000n) / sum) / 100;
  const parts = [
    ["free", width(free)],
    ["reserved", width(reserved)],
    ["owed", width(owed)],
  ] as const;
  let x = 0;
  return (
    <svg className="money-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      {parts.map(([name, share]) => {
        const from = x;
        x += share;
        return <rect key={name} className={name} x={from} y="0" width={share} height="4" />;
      })}
    </svg>
  );
}
