// SPDX-License-Identifier: GPL-3.0-or-later
export {
  RELAYER_POLICY,
  RELAYER_TIMES,
  type RelayerOptions,
  type RelayerPolicy,
  type RelayerTimes,
} from "./options.ts";
export { StoredRelayer } from "./service.ts";
