// SPDX-License-Identifier: GPL-3.0-or-later

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$/;

/** What is a plain decimal already. */
const PLAIN = /^(?:0|[1-9]\d*)(?:\.\d+)?$/;

/**
 * A number as a plain decimal with exactly the digits of the text. An exponent is carried out by moving the point.
 * @returns undefined for a text that is not a number
 */
export function plainDecimal(text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  let digits = whole + fraction;
  let point = whole.length + Number(exponent);
  if (point < 1) {
    digits = "0".repeat(1 - point) + digits;
    point = 1;
  }
  digits = digits.padEnd(point, "0");
  // Zeros before the number are form; zeros after it are the device's resolution and stay.
  const extra = /^0*/.exec(digits.slice(0, point - 1))![0].length;
  const integer = digits.slice(extra, point);
  const decimals = digits.slice(point);
  return `${sign === "-" ? "-" : ""}${integer}${decimals === "" ? "" : `.${decimals}`}`;
}

/**
 * As `plainDecimal`, for people's tables: a comma may be the point. "1,234" could be either, and is refused.
 * @returns undefined for a text that is not a number, or might be two different ones
 */
export function localDecimal(text: string): string | undefined {
  if (!text.includes(",")) return plainDecimal(text);
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(text)) return undefined;
  return /^[+-]?\d*,\d+$/.test(text) ? plainDecimal(text.replace(",", ".")) : undefined;
}

// cspell:disable
/** Words for below and above a sensor's scale, by language. */
const BEYOND: readonly { language: string; low: readonly string[]; high: readonly string[] }[] = [
  { language: "English", low: ["low", "lo"], high: ["high", "hi"] },
  { language: "German", low: ["niedrig"], high: ["hoch"] },
  { language: "French", low: ["bas"], high: ["haut", "élevé"] },
  { language: "Spanish", low: ["bajo"], high: ["alto"] },
  { language: "Italian", low: ["basso"], high: ["alto"] },
  { language: "Dutch", low: ["laag"], high: ["hoog"] },
];
// cspell:enable

const WORDS: ReadonlyMap<string, "LOW" | "HIGH"> = new Map(
  BEYOND.flatMap(({ low, high }) => [
    ...low.map((word) => [word, "LOW"] as const),
    ...high.map((word) => [word, "HIGH"] as const),
  ]),
);

/** What a sensor says instead of a number: "Low", "LO", "HIGH", "hi", "Niedrig". */
export function beyondScale(text: string): "LOW" | "HIGH" | undefined {
  return /^\d/.test(text) ? undefined : WORDS.get(text.toLowerCase());
}

/** What tables write where nothing was measured. */
export function isMissing(text: string): boolean {
  return text === "" || /^(nan|na|n\/a|null|none|-+|\?)$/i.test(text);
}

/**
 * A fraction of 1 as per cent: the decimal point moves two places, and no digit changes.
 * @returns undefined for a text that is not a number
 */
export function percentOf(fraction: string): string | undefined {
  const plain = localDecimal(fraction);
  return plain === undefined ? undefined : plainDecimal(`${plain}e2`);
}

/** Whether a decimal is zero, however it is written. */
export function isZero(plain: string): boolean {
  return /^-?0+(\.0*)?$/.test(plain);
}
