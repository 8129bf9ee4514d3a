// SPDX-License-Identifier: GPL-3.0-or-later
import type { Message } from "../inbox.ts";
import { fits } from "../topic.ts";
import { textOf, treeOf } from "./document.ts";
import { readEnvelopes } from "./envelopes.ts";
import { readExported } from "./exported.ts";
import { type DeviceReading, Output } from "./output.ts";
import { type PayloadRefusal, type RefusalReason, refusalOf } from "./refusal.ts";
import { readSamples } from "./samples.ts";
import type { PayloadRule, PayloadSettings } from "./settings.ts";

/** What a message says. */
export type PayloadResult = {
  /** Name of the rule that fits the topic, or its filter; undefined where none does. */
  readonly rule: string | undefined;
  readonly readings: readonly DeviceReading[];
  readonly refusals: readonly PayloadRefusal[];
  /** What is not a reading and not wrong either, by kind: "missing", "sentinel zero", "LOINC 85354-9", … */
  readonly skipped: Readonly<Record<string, number>>;
};

/** What messages have said since the start: plain data, and nothing of a payload. */
export type PayloadState = {
  readonly messages: number;
  readonly readings: number;
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  /** Messages whose topic fits no rule. */
  readonly unmatched: number;
  /** The first of their topics. */
  readonly unmatchedTopics: readonly string[];
};

const MOST_TOPICS = 20;
/** Characters of a topic that are shown. */
const SHOWN = 200;

/** Turns messages into readings, by rules. */
export class PayloadReader {
  readonly #settings: PayloadSettings;
  readonly #refused = new Map<RefusalReason, number>();
  readonly #topics = new Set<string>();
  #messages = 0;
  #readings = 0;
  #unmatched = 0;

  constructor(settings: PayloadSettings) {
    this.#settings = settings;
  }

  /** What to subscribe to. */
  get filters(): readonly string[] {
    return [...new Set(this.#settings.rules.map(({ filter }) => filter))];
  }

  state(): PayloadState {
    return {
      messages: this.#messages,
      readings: this.#readings,
      refused: Object.fromEntries(this.#refused),
      unmatched: this.#unmatched,
      unmatchedTopics: [...this.#topics],
    };
  }

  /**
   * Reads one message. Never throws and never rejects: what is wrong is a refusal. Readings come in the message's order,
   * and copies of those of an earlier message are not noticed here.
   */
  async read(message: Message): Promise<PayloadResult> {
    const result = await this.#read(message);
    this.#messages += 1;
    this.#readings += result.readings.length;
    for (const { reason, count } of result.refusals)
      this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + count);
    return result;
  }

  async #read(message: Message): Promise<PayloadResult> {
    const rule = this.#settings.rules.find(({ filter }) => fits(filter, message.topic));
    if (rule === undefined) {
      this.#unmatched += 1;
      if (this.#topics.size < MOST_TOPICS) this.#topics.add(message.topic.slice(0, SHOWN));
      return { rule, readings: [], refusals: [{ reason: "no-rule", place: "$", count: 1 }], skipped: {} };
    }
    const name = rule.name ?? rule.filter;
    const output = new Output(message.receivedAt / 1000, this.#settings.maxValues);
    try {
      await this.#readBy(rule, message, output);
      const readings = output.readings();
      return { rule: name, readings, refusals: output.refusals, skipped: output.skipped };
    } catch (error) {
      return { rule: name, readings: [], refusals: [refusalOf(error)], skipped: {} };
    }
  }

  async #readBy(rule: PayloadRule, { topic, payload, receivedAt }: Message, output: Output): Promise<void> {
    const text = textOf(payload, this.#settings);
    const tree = treeOf(text);
    const arrival = { topic, receivedAt, most: this.#settings.maxValues };
    if (rule.format === "json") readSamples(tree, rule, arrival, output);
    else if (rule.format === "iot-hub" || rule.format === "iot-central")
      readEnvelopes(tree, rule, arrival, output);
    else await readExported(tree, text, rule, arrival, output);
  }
}
