// SPDX-License-Identifier: GPL-3.0-or-later

export * from "./alerts/index.ts";
export type { ClockDoubt, ClockOptions, ClockState } from "./core/clock.ts";
export { Gateway, type GatewayOptions } from "./core/gateway.ts";
export { sourceOf } from "./core/ingest.ts";
export type { LogStatus } from "./core/logStatus.ts";
export type { GatewayAttester, GatewayLog } from "./core/logs.ts";
export type { Problem as GatewayProblem } from "./core/problems.ts";
export { type GatewayTimes, gatewayTimes } from "./core/settings.ts";
export type { GatewayState } from "./core/state.ts";
export type { Trouble } from "./core/troubles.ts";
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
