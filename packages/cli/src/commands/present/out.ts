// SPDX-License-Identifier: GPL-3.0-or-later

export type Out = { out: string; force?: boolean };
