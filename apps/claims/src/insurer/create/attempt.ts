// SPDX-License-Identifier: GPL-3.0-or-later
import { sentenceOf } from "../../words/sentences.ts";

/** A value of a form's field, or why it is not one. */
export type Attempted<T> = { value?: T; error?: string };

export function attempt<T>(act: () => T): Attempted<T> {
  try {
    return { value: act() };
  } catch (error) {
    const { says, hint } = sentenceOf(error);
    return { error: hint === undefined ? says : `${says} ${hint}` };
  }
}

/** Whole days in a field. */
export function days(what: string, text: string, least: number, most: number): Attempted<number> {
  const value = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= least && value <= most
    ? { value }
    : { error: `${what} is "${text}". It must be ${least} to ${most} whole days.` };
}
