// SPDX-License-Identifier: GPL-3.0-or-later
//
// Documents and HTTP bodies: their schemas, how they are read and how they are written.

export * from "./access.ts";
export * from "./documents.ts";
export type { AnswersOf, AnyEndpoint, Endpoint, ParamsOf, SendsOf } from "./endpoint.ts";
export * from "./endpoints.ts";
export * from "./fields.ts";
export * from "./gatewayEndpoints.ts";
export { type Json, jsonOf, outgoing } from "./json.ts";
export { documentSchema, fieldSchema } from "./jsonSchema.ts";
export { type ParseOptions, parse, wrong } from "./parse.ts";
export * from "./records.ts";
