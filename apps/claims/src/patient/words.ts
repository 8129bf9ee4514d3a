// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { ProofProgress } from "./proverProtocol.ts";

/** What went wrong, for people: the SDK's sentence and its way out. Errors of others are not shown word for word. */
export function faultOf(error: unknown): {
  says: string;
  hint: string | undefined;
  code: string | undefined;
} {
  if (error instanceof VitalproofError)
    return { says: error.shortMessage, hint: error.hint, code: error.code };
  return {
    says: "Something failed that this page has no words for.",
    hint: "Reload the page.",
    code: undefined,
  };
}

/** A time of the chain in the reader's own zone. @param time Unix seconds */
export function dateTime(time: number): string {
  return new Date(time * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** The date on which most of a period lies. @param start Unix seconds, `[start, end)` */
export function dateOf({ start, end }: { start: number; end: number }): string {
  const text = (time: number): string =>
    new Date(time * 1000).toLocaleDateString(undefined, { dateStyle: "medium" });
  const length = end - start;
  if (length < 86_400) return dateTime(start);
  const [first, last] = [text(start + 43_200), text(end - 43_200)];
  return first === last ? first : `${first} to ${last}`;
}

/** A token's amount. @param amount in its smallest unit */
export function amountOf(
  amount: bigint,
  token: { readonly symbol: string; readonly decimals: number } | undefined,
): string {
  if (token === undefined) return `${amount} smallest units`;
  const text = amount.toString().padStart(token.decimals + 1, "0");
  const whole = text.slice(0, text.length - token.decimals);
  const rest = text.slice(text.length - token.decimals).replace(/0+$/, "");
  return `${whole}${rest === "" ? "" : `.${rest}`} ${token.symbol}`;
}

/** Where a proof stands, and how far the part that can be measured is, 0 to 100. */
export function progressOf(progress: ProofProgress | undefined): {
  text: string;
  percent: number | undefined;
} {
  if (progress === undefined) return { text: "Checking your readings against the terms", percent: undefined };
  switch (progress.phase) {
    case "download": {
      const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
      const { bytes, of } = progress;
      if (of === undefined) return { text: `Loading the proving key: ${mib(bytes)} MiB`, percent: undefined };
      const percent = of === 0 ? 100 : Math.round((100 * bytes) / of);
      return { text: `Loading the proving key: ${mib(bytes)} of ${mib(of)} MiB`, percent };
    }
    case "witness":
      return { text: "Filling in the computation", percent: undefined };
    case "proof":
      return { text: "Making the proof", percent: undefined };
    case "verification":
      return { text: "Checking the proof", percent: undefined };
  }
}
