// SPDX-License-Identifier: GPL-3.0-or-later
import { type Decimal, formatDecimal, parseDecimal } from "@vitalproof/sdk";
import { plainDecimal } from "../../internal/values.ts";
import { JsonNumber, type JsonValue } from "../json/document.ts";

/** The exact decimal of a JSON number (or of a text of SampledData); undefined for anything else. */
export function decimalOf(value: JsonValue | undefined): Decimal | undefined {
  const text = value instanceof JsonNumber ? value.text : value;
  const plain = typeof text === "string" ? plainDecimal(text) : undefined;
  return plain === undefined ? undefined : parseDecimal(plain);
}

/** `origin + factor × times`, exactly, with every decimal that the product has. */
export function scaled(origin: Decimal, factor: Decimal, times: Decimal): string {
  const decimals = factor.scale + times.scale;
  const scale = Math.max(origin.scale, decimals);
  const digits =
    origin.digits * 10n ** BigInt(scale - origin.scale) +
    factor.digits * times.digits * 10n ** BigInt(scale - decimals);
  return formatDecimal({ digits, scale });
}
