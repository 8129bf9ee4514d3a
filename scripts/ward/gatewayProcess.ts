// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { GatewayStatus } from "@vitalproof/services";
import type { FromGateway, ToGateway } from "./messages.ts";
import { until } from "./until.ts";

/** A line of the gateway's log. */
export interface Line {
  readonly level?: string;
  /** The event's name, such as `claim-proven`. */
  readonly msg?: string;
  readonly policy?: string;
  readonly reason?: string;
  readonly user?: string;
}

/** Characters of what it wrote when it ended. */
const MOST_ERRORS = 4_000;
const MOST_WARNINGS = 20;

/** The gateway's process: started, killed and started again on one store. */
export class GatewayProcess {
  /** All lines of all its lives. */
  readonly lines: Line[] = [];
  kills = 0;
  readonly #config: string;
  readonly #token: string;
  #child: ChildProcess | undefined;
  #url: string | undefined;
  #toldOf = 0;
  #errors = "";

  /** @param config file @param token of an operator */
  constructor(config: string, token: string) {
    this.#config = config;
    this.#token = token;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Of its page. */
  get url(): string {
    if (this.#url === undefined) throw new Error("The gateway does not run.");
    return this.#url;
  }

  /** @param now the chain's time */
  async start(now: number): Promise<void> {
    const child = fork(join(import.meta.dirname, "gatewayMain.ts"), [this.#config], {
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    this.#url = undefined;
    this.#errors = "";
    createInterface({ input: child.stdout! }).on("line", (line) => this.#keep(line));
    child.stderr!.on("data", (data: Buffer) => {
      this.#errors = (this.#errors + data).slice(-MOST_ERRORS);
    });
    child.on("message", (message: FromGateway) => {
      if (message.kind === "clock") this.#toldOf = message.now;
      else this.#url = message.url;
    });
    await this.tell(now);
    await until("the gateway runs", () => this.#alive() && this.#url);
  }

  /** Tells it the time, and waits until it goes by it. Does nothing while it is off. */
  async tell(now: number): Promise<void> {
    if (this.#child === undefined) return;
    this.#child.send({ now } satisfies ToGateway);
    await until("the gateway has the time", () => this.#alive() && this.#toldOf === now);
  }

  /** As a power cut does: nothing of the process runs after this. */
  async kill(): Promise<void> {
    this.kills += 1;
    await this.stop();
  }

  /** Ends it with the story. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "exit");
    this.end();
    await ended;
  }

  /** Ends it without waiting for it, where this process ends as well. */
  end(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
    this.#url = undefined;
  }

  async status(): Promise<GatewayStatus> {
    const answer = await fetch(`${this.url}/status`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (!answer.ok) throw new Error(`The gateway's status is ${answer.status}.`);
    return (await answer.json()) as GatewayStatus;
  }

  /** The last of its warnings and errors. */
  get warnings(): Line[] {
    return this.lines.filter(({ level }) => level === "warn" || level === "error").slice(-MOST_WARNINGS);
  }

  /** How often its log has an event. */
  count(event: string, policy?: bigint): number {
    const of = policy === undefined ? undefined : String(policy);
    return this.lines.filter((line) => line.msg === event && (of === undefined || line.policy === of)).length;
  }

  /** @throws Error when it ended on its own */
  #alive(): true {
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    if (this.#child !== undefined && exitCode === null && signalCode === null) return true;
    throw new Error(`The gateway ended on its own (${exitCode ?? signalCode}).\n${this.#errors}`);
  }

  #keep(line: string): void {
    try {
      this.lines.push(JSON.parse(line) as Line);
    } catch {
      // A line that the kill cut.
    }
  }
}
