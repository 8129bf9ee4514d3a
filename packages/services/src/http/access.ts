// SPDX-License-Identifier: GPL-3.0-or-later
import { timingSafeEqual } from "node:crypto";
import { VitalproofError } from "@vitalproof/sdk";
import {
  fieldElement,
  list,
  type Of,
  object,
  oneOf,
  optional,
  parse,
  ROLES,
  type Role,
  seconds,
  sha256Hex,
  text,
} from "@vitalproof/sdk/wire";
import { isToken, sha256Of } from "./token.ts";

/** Who asks, as a service knows it. */
export type Principal = {
  /** For logs and limits: never a person's name. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** The one person whose data it reaches; everyone's when left out. */
  readonly subject?: bigint | undefined;
};

/** Knows principals by what they show. */
export interface Access {
  /** The principal of a bearer token that is valid now. */
  principalOf(token: string): Promise<Principal | undefined>;
  /** The principal of a client's certificate, by `certificateName`. The TLS layer has checked the certificate. */
  principalOfCertificate?(name: string): Promise<Principal | undefined>;
}

const common = {
  name: text(/^[a-z0-9][a-z0-9._-]{0,62}$/, "a name of at most 63 lower-case letters, digits, dots, - and _"),
  roles: list(oneOf(ROLES), { max: ROLES.length }),
  subject: optional(fieldElement),
  /** Unix second from which on it is refused. */
  expires: seconds,
};
const token = object({ ...common, sha256: sha256Hex });
const certificate = object({
  ...common,
  certificate: text(/^[^\n]{1,500}$/, "a certificate's name on one line"),
});

/** A token's record. The token is not in it, only its SHA-256 (`newToken`). */
export type TokenRecord = Of<typeof token>;
/** A client certificate's record. */
export type CertificateRecord = Of<typeof certificate>;
export type AccessRecord = TokenRecord | CertificateRecord;

/** One record of a configuration file or table, checked. @throws INVALID_ARGUMENT */
export function accessRecord(value: unknown, at = "access"): AccessRecord {
  const isCertificate = typeof value === "object" && value !== null && "certificate" in value;
  const options = {
    code: "INVALID_ARGUMENT",
    hint: "A record has name, roles, expires and either sha256 or certificate; subject for one person.",
  } as const;
  const record = isCertificate ? parse(certificate, value, at, options) : parse(token, value, at, options);
  const why = whyUseless(record);
  if (why === undefined) return record;
  throw new VitalproofError("INVALID_ARGUMENT", `${at}.${why}`, {
    details: { at, name: record.name },
    hint: "Give each principal the roles it needs, and one person's principals that person's subject.",
  });
}

/**
 * Access by a list of records.
 * @param records the list, or what reads it anew: a record that is deleted from a table is refused from then on
 * @param now Unix seconds
 */
export function accessList(
  records: readonly AccessRecord[] | (() => readonly AccessRecord[] | Promise<readonly AccessRecord[]>),
  now: () => number = () => Date.now() / 1000,
): Access {
  const read = typeof records === "function" ? records : () => records;
  const principal = (record: AccessRecord | undefined): Principal | undefined => {
    if (record === undefined || record.expires <= now()) return undefined;
    const { name, roles, subject } = record;
    return { name, roles, subject };
  };
  return {
    async principalOf(given) {
      if (!isToken(given)) return undefined;
      const hash = sha256Of(given);
      let found: AccessRecord | undefined;
      // Every record is compared, each in the same time: how long it takes says nothing about where a token is.
      for (const record of await read()) {
        if ("sha256" in record && timingSafeEqual(hash, Buffer.from(record.sha256, "hex"))) found = record;
      }
      return principal(found);
    },
    async principalOfCertificate(given) {
      return principal(
        (await read()).find((record) => "certificate" in record && record.certificate === given),
      );
    },
  };
}

/**
 * The roles that count. A patient without a person is a mistake that would reach everyone, and one person's token must not
 * run the service.
 */
export function rolesOf({ roles, subject }: Pick<Principal, "roles" | "subject">): Role[] {
  const useless: readonly Role[] = subject === undefined ? ["patient"] : ["operator", "monitor"];
  return roles.filter((role) => !useless.includes(role));
}

function whyUseless(record: AccessRecord): string | undefined {
  const { roles, subject } = record;
  if (roles.length === 0) return "roles is empty.";
  const lost = roles.find((role) => !rolesOf(record).includes(role));
  if (lost === undefined) return undefined;
  return subject === undefined
    ? `subject is missing: ${lost} is a role for one person.`
    : `roles has ${lost}, which is not a role for one person.`;
}
