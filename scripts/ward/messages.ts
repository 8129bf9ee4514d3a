// SPDX-License-Identifier: GPL-3.0-or-later

/** What the story tells the gateway's process: the chain's time in Unix seconds. */
export type ToGateway = { readonly now: number };

/** What it answers: that it goes by this time; that it runs, and where its HTTP server is. */
export type FromGateway =
  | { readonly kind: "clock"; readonly now: number }
  | { readonly kind: "runs"; readonly url: string };
