// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who may call what. A role is a capability: a token names the few that its owner needs.

/**
 * | role | may |
 * |---|---|
 * | `patient` | submit heads, read paths and apply for attestations, of one person only |
 * | `sealer` | submit heads and read paths: a gateway, for all its people or one |
 * | `enroller` | enrol devices and continue logs: the desk that checks who someone is; a patient who attests for themselves |
 * | `source` | send readings to a gateway: a device, a phone, another system |
 * | `recorder` | report accesses to a custodian of the health ledger: an EHR |
 * | `relayer-client` | have a relayer send and pay for transactions |
 * | `monitor` | read metrics |
 * | `operator` | run the service: enrol, look at paths, metrics |
 */
export const ROLES = [
  "patient",
  "sealer",
  "enroller",
  "source",
  "recorder",
  "relayer-client",
  "monitor",
  "operator",
] as const;
export type Role = (typeof ROLES)[number];

/** A method's type, so that an endpoint of bodies fits where one of narrower bodies is called. */
type SubjectOf<Params, Sends> = { of(request: { params: Params; body: Sends }): bigint }["of"];

/** Who may call an endpoint, and about whom. */
export type Rule<Params, Sends> = {
  /** Any of them; `"everyone"` needs no token. */
  readonly roles: readonly Role[] | "everyone";
  /**
   * Whose data a request is about: a token of one person reaches no other's. `"recorded"` where only the service's records
   * say it, and its handler compares. Left out where a request is about no person.
   */
  readonly subject?: SubjectOf<Params, Sends> | "recorded";
};
