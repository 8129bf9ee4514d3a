// SPDX-License-Identifier: GPL-3.0-or-later
export { gatewayErasures, remainsOnChain } from "./erase.ts";
export { People } from "./people.ts";
