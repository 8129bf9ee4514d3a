// SPDX-License-Identifier: GPL-3.0-or-later
import { TLSSocket } from "node:tls";
import type { Role } from "@vitalproof/sdk/wire";
import type { FastifyRequest } from "fastify";
import { type Access, type Principal, rolesOf } from "./access.ts";
import { Refusal } from "./refusal.ts";
import { certificateName } from "./tls.ts";

/** Who may ask for a route. `everyone` needs no authentication. */
export type RouteRoles = readonly Role[] | "everyone";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; undefined on an open server, and where no authentication is needed. */
    principal: Principal | undefined;
  }
  interface FastifyContextConfig {
    /** Of a route that is not served by `serve`. A server with authentication has no route without it. */
    roles?: RouteRoles;
    /** A page for browsers, which only reads: they may give the token as the password that they ask for. */
    isPage?: boolean;
  }
}

/**
 * A token speaks for itself: where one is given, a certificate does not help it. Without one the certificate decides,
 * which the TLS layer has checked against the clients' authority.
 */
export async function principalOf(request: FastifyRequest, access: Access): Promise<Principal | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token =
      /^bearer ([^\s]+)$/i.exec(authorization)?.[1] ??
      (request.routeOptions.config.isPage === true ? passwordIn(authorization) : undefined);
    return token === undefined ? undefined : access.principalOf(token);
  }
  const { socket } = request.raw;
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  return access.principalOfCertificate?.(certificateName(certificate));
}

/** The password of the scheme that browsers have a window for. The name in it means nothing. */
function passwordIn(authorization: string): string | undefined {
  const encoded = /^basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  return /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, "base64").toString())?.[1];
}

/** Says nothing about what there is, or what was wrong with the token. */
export function notAuthenticated(): Refusal {
  return new Refusal(401, "NOT_ALLOWED", "This needs a valid token or certificate.", {
    hint: "Send the header authorization: Bearer TOKEN. The operator of the service gives tokens out.",
  });
}

/** The same for a role and a person that do not fit: who asks learns nothing about others. */
export function notPermitted(): Refusal {
  return new Refusal(403, "NOT_ALLOWED", "The token or certificate is not one for this.", {
    hint: "Ask the operator of the service for one with the role, and the person, that this needs.",
  });
}

/** @throws NOT_ALLOWED */
export function assertRole(principal: Principal, roles: readonly Role[]): void {
  if (!rolesOf(principal).some((role) => roles.includes(role))) throw notPermitted();
}
