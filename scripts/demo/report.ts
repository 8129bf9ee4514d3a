// SPDX-License-Identifier: GPL-3.0-or-later
import { performance } from "node:perf_hooks";

/** One thing that happened, for text and for machines. */
export interface Step {
  readonly title: string;
  readonly detail: string;
  readonly seconds: number;
  readonly gas?: number;
  /** Set for what had to be refused. */
  readonly refused?: boolean;
}

/** What a step tells when it is over. */
export interface Outcome<T> {
  readonly value: T;
  readonly detail: string;
  readonly gas?: bigint;
}

const TICK = 2000;

/** Writes steps as they happen, and keeps them. */
export class Report {
  readonly steps: Step[] = [];
  readonly #out: { write(text: string): unknown };

  constructor(out: { write(text: string): unknown }) {
    this.#out = out;
  }

  section(title: string): void {
    this.#out.write(`\n${title}\n`);
  }

  note(text: string): void {
    for (const line of text.split("\n")) this.#out.write(`      ${line}\n`);
  }

  /** Runs one step; says that it is still at it every two seconds. */
  async step<T>(title: string, act: (progress: (what: string) => void) => Promise<Outcome<T>>): Promise<T> {
    const started = performance.now();
    const { value, detail, gas } = await this.#withTicks(title, started, act);
    this.#record(
      { title, detail, seconds: seconds(started), ...(gas === undefined ? {} : { gas: Number(gas) }) },
      "ok",
    );
    return value;
  }

  /**
   * Runs something that must be refused.
   *
   * @param accepts codes or contract errors that count as the right refusal
   */
  async refusal(
    title: string,
    accepts: readonly string[],
    act: (progress: (what: string) => void) => Promise<unknown>,
  ): Promise<void> {
    const started = performance.now();
    try {
      await this.#withTicks(title, started, act);
    } catch (error) {
      const reason = reasonOf(error);
      const expected = accepts.includes(reason);
      const detail = `${expected ? saidOf(error, reason) : String(error)}${expected ? "" : ` [expected ${accepts.join(" or ")}, got ${reason}]`}`;
      this.#record(
        { title, detail, seconds: seconds(started), refused: expected },
        expected ? "refused" : "WRONG",
      );
      return;
    }
    this.#record(
      { title, detail: "went through, and must not have", seconds: seconds(started), refused: false },
      "WRONG",
    );
  }

  /** Refusals that did not happen, or happened for another reason. */
  get failures(): readonly Step[] {
    return this.steps.filter(({ refused }) => refused === false);
  }

  #record(step: Step, mark: string): void {
    this.steps.push(step);
    const gas = step.gas === undefined ? "" : `, ${step.gas.toLocaleString("en")} gas`;
    this.#out.write(`  ${mark.padEnd(8)}${step.title} (${step.seconds.toFixed(1)} s${gas})\n`);
    if (step.detail !== "") this.note(`    ${step.detail}`);
  }

  async #withTicks<T>(
    title: string,
    started: number,
    act: (progress: (what: string) => void) => Promise<T>,
  ): Promise<T> {
    let doing = "";
    const ticker = setInterval(() => {
      this.#out.write(
        `  …       ${title}${doing === "" ? "" : `: ${doing}`}, ${seconds(started).toFixed(0)} s\n`,
      );
    }, TICK);
    try {
      return await act((what) => {
        doing = what;
      });
    } finally {
      clearInterval(ticker);
    }
  }
}

function seconds(started: number): number {
  return Math.round((performance.now() - started) / 100) / 10;
}

/** The contract's error where there is one, else the SDK's code. */
/** Refusals whose own words are for developers: lines of a circuit, functions of the SDK. */
const SAID: Readonly<Record<string, string>> = {
  STATEMENT_NOT_MET: "The readings do not meet the terms, so no proof is made.",
  WITNESS_REJECTED: "The values contradict each other, so there is no proof of them.",
};

function saidOf(error: unknown, reason: string): string {
  return SAID[reason] ?? (error instanceof Error ? error.message : String(error));
}

export function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "unknown";
  const { code, details } = error as { code?: unknown; details?: { error?: unknown } };
  if (typeof details?.error === "string") return details.error;
  return typeof code === "string" ? code : "unknown";
}
