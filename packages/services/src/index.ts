// SPDX-License-Identifier: GPL-3.0-or-later

export {
  type AttesterBackend,
  type AttesterBackendOptions,
  attesterBackend,
  attesterRoutes,
} from "./attester.ts";
export { notThere, Refusal } from "./refusal.ts";
export { type RelayerBackend, relayerRoutes, settlingRelayer } from "./relayer.ts";
export { serve } from "./serve.ts";
export { type App, BODY_LIMIT, type Reply, type Server, type ServerOptions, startServer } from "./server.ts";
