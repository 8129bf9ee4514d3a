// SPDX-License-Identifier: GPL-3.0-or-later
export { absenceOf, type ErasurePreview, gatewayErasures, previewErasure, remainsOnChain } from "./erase.ts";
export { People } from "./people.ts";
