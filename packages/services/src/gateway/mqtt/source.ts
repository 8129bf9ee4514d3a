// SPDX-License-Identifier: GPL-3.0-or-later
import { connect } from "mqtt";
import type { Inbox } from "../inbox.ts";
import type { Report } from "../notice.ts";
import { Backoff } from "./backoff.ts";
import { Connection, type Listener, type Problem } from "./connection.ts";
import { clientOptions } from "./options.ts";
import type { MqttSettings } from "./settings.ts";

/** How a source is doing: plain data, and nothing of a payload. Times are Unix milliseconds. */
export type MqttState = {
  readonly connected: boolean;
  readonly connectedSince: number | undefined;
  readonly lastMessageAt: number | undefined;
  /** Messages that came, each as often as it came. */
  readonly received: number;
  /** Among those: sent once more by the broker, which says so. */
  readonly repeated: number;
  /** Given to the inbox, which has them on disk. */
  readonly stored: number;
  /** Sent with QoS 0 and not stored. The broker sends them once. */
  readonly lost: number;
  /** Longer than `maxBytes`, and left out. */
  readonly tooLarge: number;
  /** Stored or being stored, and not yet acknowledged. */
  readonly inFlight: number;
  /** Connections that the broker accepted. */
  readonly connections: number;
  /** Of those: the broker had forgotten the session, and what it kept for us in between. */
  readonly sessionsLost: number;
  readonly lastError:
    | { readonly at: number; readonly reason: Problem; readonly code: string | number | undefined }
    | undefined;
};

export type MqttSource = {
  state(): MqttState;
  /** Stores and acknowledges what has come, for at most `grace` milliseconds (10,000), and disconnects. The session stays. */
  close(grace?: number): Promise<void>;
};

export type MqttSourceOptions = {
  /** What to subscribe to where the settings do not say it. */
  readonly filters: readonly string[];
  readonly report?: Report;
};

/**
 * Reads from a broker until it is closed, and connects again whenever it has to. A message is acknowledged once the inbox
 * has it on disk. Where the inbox cannot have it, the connection ends, and the broker sends it again on the next one.
 * @throws FILE_UNREADABLE for a file of the settings
 */
export function startMqtt(settings: MqttSettings, inbox: Inbox, options: MqttSourceOptions): MqttSource {
  // What cannot be read at the beginning is a mistake of the settings. Later it may be a file that is being renewed.
  clientOptions(settings);
  return new Source(settings, inbox, options);
}

class Source implements MqttSource, Listener {
  readonly #settings: MqttSettings;
  readonly #inbox: Inbox;
  readonly #filters: readonly string[];
  readonly #report: Report;
  readonly #backoff: Backoff;
  readonly #counts = {
    received: 0,
    repeated: 0,
    stored: 0,
    lost: 0,
    tooLarge: 0,
    connections: 0,
    sessionsLost: 0,
  };
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #connectedSince: number | undefined;
  #lastMessageAt: number | undefined;
  #lastError: MqttState["lastError"];
  #closing = false;

  constructor(
    settings: MqttSettings,
    inbox: Inbox,
    { filters, report = () => undefined }: MqttSourceOptions,
  ) {
    this.#settings = settings;
    this.#inbox = inbox;
    this.#filters = [...new Set(settings.filters ?? filters)];
    this.#report = report;
    this.#backoff = new Backoff(settings.firstPause, settings.longestPause);
    this.#connect();
  }

  state(): MqttState {
    return {
      connected: this.#connectedSince !== undefined,
      connectedSince: this.#connectedSince,
      lastMessageAt: this.#lastMessageAt,
      ...this.#counts,
      inFlight: this.#connection?.inFlight ?? 0,
      lastError: this.#lastError,
    };
  }

  async close(grace = 10_000): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    await this.#connection?.end(grace);
  }

  connected(sessionPresent: boolean): void {
    const lost = !sessionPresent && this.#counts.connections > 0;
    this.#counts.connections += 1;
    if (lost) this.#counts.sessionsLost += 1;
    this.#connectedSince = Date.now();
    this.#report(
      lost
        ? { level: "warn", event: "mqtt-connected", reason: "session-lost" }
        : { level: "info", event: "mqtt-connected" },
    );
  }

  received({ dup }: { dup: boolean }): void {
    this.#lastMessageAt = Date.now();
    this.#counts.received += 1;
    if (dup) this.#counts.repeated += 1;
  }

  stored(): void {
    this.#counts.stored += 1;
    // Connecting proves nothing: an inbox that fails would be asked again at once.
    this.#backoff.reset();
  }

  lost(): void {
    this.#counts.lost += 1;
  }

  tooLarge({ topic, payload }: { topic: string; payload: string | Buffer }): void {
    this.#counts.tooLarge += 1;
    this.#report({ level: "error", event: "mqtt-too-large", topic, bytes: payload.length });
  }

  closed(problem: Problem | undefined, code: string | number | undefined): void {
    const since = this.#connectedSince;
    this.#connectedSince = undefined;
    this.#connection = undefined;
    // A connection that lasted is not a failure that repeats.
    if (since !== undefined && Date.now() - since > this.#settings.longestPause) this.#backoff.reset();
    if (problem !== undefined) this.#again(problem, code);
  }

  #again(reason: Problem, code: string | number | undefined): void {
    this.#lastError = { at: Date.now(), reason, code };
    if (this.#closing) return;
    const pause = this.#backoff.next();
    this.#report({
      level: "error",
      event: "mqtt-failed",
      reason,
      ...(code === undefined ? {} : { code }),
      pause,
    });
    this.#timer = setTimeout(() => this.#connect(), pause);
  }

  #connect(): void {
    const { version, inFlight, maxBytes } = this.#settings;
    let options: ReturnType<typeof clientOptions>;
    try {
      options = clientOptions(this.#settings);
    } catch {
      this.#again("files", undefined);
      return;
    }
    const subscribes = this.#counts.connections === 0 || version === "5";
    this.#connection = new Connection(
      connect(options),
      this.#inbox,
      { filters: this.#filters, version, inFlight, maxBytes, subscribes },
      this,
    );
  }
}
