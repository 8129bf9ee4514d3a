// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import type { Inbox, Message } from "../../src/gateway/index.ts";

/** An inbox in memory whose `put` a test can hold or fail. */
export class TestInbox implements Inbox {
  readonly messages: Message[] = [];
  /** Runs before a message is stored. A rejection is the inbox's. */
  before: (message: Message) => Promise<void> | void = () => undefined;

  async put(message: Message): Promise<void> {
    await this.before(message);
    this.messages.push(message);
  }

  get texts(): string[] {
    return this.messages.map(({ payload }) => Buffer.from(payload).toString());
  }

  /** How many different payloads are stored. */
  get distinct(): number {
    return new Set(this.texts).size;
  }
}

/** Waits until something holds. */
export async function until(holds: () => boolean, what: string, milliseconds = 15_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`It took too long until ${what}.`);
    await pause(5);
  }
}

/** A device: publishes, and again after a reconnection. Its errors are what a device would see. */
export async function deviceClient(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const client = connect({
    host: "127.0.0.1",
    port,
    protocol: "mqtt",
    username: "device",
    password: "device-pw",
    clientId: "device",
    clean: false,
    reconnectPeriod: 50,
    ...options,
  });
  client.on("error", () => undefined);
  await until(() => client.connected, "the device is connected");
  return client;
}

/** Publishes texts with QoS 1 in batches, and resolves once the broker has acknowledged all. */
export async function publishAll(client: MqttClient, topic: string, texts: readonly string[]): Promise<void> {
  for (let at = 0; at < texts.length; at += 200)
    await Promise.all(texts.slice(at, at + 200).map((text) => client.publishAsync(topic, text, { qos: 1 })));
}

export function numbered(count: number, prefix = "m"): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

/** Starts the process that fixtures/mqttProcess.ts is. */
export function mqttProcess(settingsFile: string, inboxFile: string): ChildProcess {
  const program = join(import.meta.dirname, "../fixtures/mqttProcess.ts");
  return spawn(process.execPath, [program, settingsFile, inboxFile], {
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** What such a process has written. */
export function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}
