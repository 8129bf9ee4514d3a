// SPDX-License-Identifier: GPL-3.0-or-later
import type { FastifyInstance, FastifyReply } from "fastify";

/** What routes are registered on. */
export type App = FastifyInstance;
export type Reply = FastifyReply;
