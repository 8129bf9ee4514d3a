// SPDX-License-Identifier: GPL-3.0-or-later
import type { Installation } from "../operate/installation.ts";
import type { Problem } from "../operate/status.ts";
import type { GatewayConfig } from "./config.ts";
import type { Inbox } from "./inbox.ts";
import { type Broker, startBroker } from "./mqtt/broker/broker.ts";
import { type MqttSource, startMqtt } from "./mqtt/source.ts";
import type { Report } from "./notice.ts";

/** How one source of messages is doing. */
export type SourceStatus = {
  /** `broker` for the embedded one, else the broker's address. */
  readonly source: string;
  readonly isConnected: boolean;
  /** Connections of devices; to a broker 1 or 0. */
  readonly connections: number;
  /** Messages since the start. */
  readonly received: number;
  readonly stored: number;
  /** Sent once by the broker and not stored; they do not come again. */
  readonly lost: number;
  /** Unix second. */
  readonly lastMessage: number | null;
};

export type SourcesOptions = {
  readonly config: Pick<GatewayConfig, "mqtt" | "broker">;
  readonly inbox: Inbox;
  readonly filters: readonly string[];
  readonly report: Report;
  /** Distinguishes processes that read with one configuration. */
  readonly instance: string | undefined;
};

/** What messages come from: brokers, and one of its own. */
export class Sources {
  readonly #mqtt: { readonly url: string; readonly source: MqttSource }[] = [];
  #broker: Broker | undefined;

  private constructor() {}

  /** Starts all of them. They end with the installation. @throws FILE_UNREADABLE; INVALID_ARGUMENT for a port that is taken */
  static async start(on: Pick<Installation, "ending">, options: SourcesOptions): Promise<Sources> {
    const { config, inbox, filters, report, instance } = options;
    const sources = new Sources();
    on.ending(() => sources.#close());
    if (config.broker !== undefined) sources.#broker = await startBroker(config.broker, inbox, report);
    for (const settings of config.mqtt ?? []) {
      const clientId = instance === undefined ? settings.clientId : `${settings.clientId}-${instance}`;
      const source = startMqtt({ ...settings, clientId }, inbox, { filters, report });
      sources.#mqtt.push({ url: settings.url, source });
    }
    return sources;
  }

  /** Port of the embedded broker. */
  get brokerPort(): number | undefined {
    return this.#broker?.port;
  }

  get status(): SourceStatus[] {
    return [...this.#ofBroker(), ...this.#mqtt.map(statusOf)];
  }

  get problems(): Problem[] {
    return this.#mqtt.flatMap(({ url, source }) => {
      const { connected, lastError } = source.state();
      if (connected || lastError === undefined) return [];
      const { reason, code } = lastError;
      return [
        {
          what: `${url} is not connected: ${reason}${code === undefined ? "" : ` (${code})`}.`,
          todo:
            ADVICE[reason] ??
            "It is tried again on its own. Is the broker running, and is the address right?",
        },
      ];
    });
  }

  #ofBroker(): SourceStatus[] {
    if (this.#broker === undefined) return [];
    const { connections, received, stored, lastMessageAt } = this.#broker.state();
    const lastMessage = secondsOf(lastMessageAt);
    // What it does not store it does not acknowledge.
    return [{ source: "broker", isConnected: true, connections, received, stored, lost: 0, lastMessage }];
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#mqtt.map(({ source }) => source.close()), this.#broker?.close()]);
  }
}

function statusOf({ url, source }: { readonly url: string; readonly source: MqttSource }): SourceStatus {
  const { connected, received, stored, lost, lastMessageAt } = source.state();
  return {
    source: url,
    isConnected: connected,
    connections: connected ? 1 : 0,
    received,
    stored,
    lost,
    lastMessage: secondsOf(lastMessageAt),
  };
}

function secondsOf(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : Math.floor(milliseconds / 1000);
}

const ADVICE: Readonly<Record<string, string>> = {
  refused: "The broker does not accept client id, user, password or certificate. Mend them there or here.",
  disconnected: "Does another process use the same client id? Start each with an --instance of its own.",
  subscription: "The broker does not let this user read the filters. Mend its access list, or the filters.",
  qos: "The broker sends with a quality that was not asked for. Look at its settings.",
  inbox: "The store cannot keep messages: see its disk and its log. They come again.",
  files: "A file of password or certificates cannot be read. Mend path or permissions.",
};
