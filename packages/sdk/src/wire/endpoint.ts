// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an endpoint is, and how one is written down.
import type { Rule } from "./access.ts";
import { type Field, object } from "./fields.ts";

/** One thing that a service does. `Params` are the parts of the path, `Sends` the body, `Answers` what comes back. */
export type Endpoint<Params, Sends, Answers> = {
  readonly method: "GET" | "POST";
  /** Below the service's address, such as `/paths/:day/:leaf`; empty for the address itself. */
  readonly path: string;
  /** One sentence, as OpenAPI shows it. */
  readonly summary: string;
  readonly access: Rule<Params, Sends>;
  readonly params: Field<Params>;
  /** Of a POST. */
  readonly sends: Field<Sends> | undefined;
  readonly answers: Field<Answers>;
  /** Whether asking twice does what asking once does, so that a lost answer can be asked for again. */
  readonly repeatable: boolean;
  /** Bytes of a body. */
  readonly bodyLimit: number;
};
/** What all endpoints have in common: their messages' schemas, whatever their types. */
export type AnyEndpoint = Pick<
  Endpoint<unknown, unknown, unknown>,
  "method" | "path" | "summary" | "params" | "sends" | "answers" | "repeatable" | "bodyLimit"
> & { readonly access: Pick<Rule<unknown, unknown>, "roles"> };
export type ParamsOf<E> = E extends { readonly params: Field<infer P> } ? P : never;
export type SendsOf<E> = E extends { readonly sends: Field<infer S> | undefined } ? S : never;
export type AnswersOf<E> = E extends { readonly answers: Field<infer A> } ? A : never;

export const nothing = object({});
type Nothing = Record<never, never>;

/** Bytes that the longest message of an endpoint stays well below. */
const BODY = 16 * 1024;

type About<P, S> = Rule<P, S> & { readonly summary: string; readonly repeatable?: boolean };

export function get<A, P = Nothing>(
  path: string,
  { summary, ...access }: About<NoInfer<P>, undefined>,
  answers: Field<A>,
  params: Field<P> = nothing as unknown as Field<P>,
): Endpoint<P, undefined, A> {
  const method = "GET";
  return {
    method,
    path,
    summary,
    access,
    params,
    sends: undefined,
    answers,
    repeatable: true,
    bodyLimit: BODY,
  };
}

export function post<S, A, P = Nothing>(
  path: string,
  { summary, repeatable = false, ...access }: About<NoInfer<P>, NoInfer<S>>,
  sends: Field<S>,
  answers: Field<A>,
  params: Field<P> = nothing as unknown as Field<P>,
): Endpoint<P, S, A> {
  return {
    method: "POST",
    path,
    summary,
    access,
    params,
    sends,
    answers,
    repeatable,
    bodyLimit: BODY,
  };
}
