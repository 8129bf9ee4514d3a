// SPDX-License-Identifier: GPL-3.0-or-later
/** Where an attester's vault keeps its group. */
export const GROUP_KEY = "group";
/** The key of vaults that an earlier version made. */
export const FORMER_GROUP_KEY = "clinic";
