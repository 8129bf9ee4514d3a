// SPDX-License-Identifier: GPL-3.0-or-later

export type { Inbox, Message } from "./inbox.ts";
export { type Broker, type BrokerRefusal, type BrokerState, startBroker } from "./mqtt/broker/broker.ts";
export { hashPassword } from "./mqtt/broker/passwords.ts";
export { type BrokerSettings, brokerSettings } from "./mqtt/broker/settings.ts";
export type { Problem } from "./mqtt/connection.ts";
export { type MqttSettings, mqttSettings } from "./mqtt/settings.ts";
export { type MqttSource, type MqttSourceOptions, type MqttState, startMqtt } from "./mqtt/source.ts";
export type { Notice, Report } from "./notice.ts";
export type { DeviceReading } from "./payload/output.ts";
export { PayloadReader, type PayloadResult, type PayloadState } from "./payload/reader.ts";
export { type PayloadRefusal, REFUSAL_REASONS, type RefusalReason } from "./payload/refusal.ts";
export { type PayloadRule, type PayloadSettings, payloadSettings } from "./payload/settings.ts";
