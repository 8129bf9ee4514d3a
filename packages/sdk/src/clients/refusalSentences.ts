// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_SENTENCES } from "./claimsSentences.ts";
import { LEDGER_SENTENCES } from "./ledgerSentences.ts";
import { MONEY_SENTENCES } from "./moneySentences.ts";
import { REGISTRY_SENTENCES } from "./registrySentences.ts";
import type { Sentences } from "./sentences.ts";

/** Every custom error of the contracts and of ERC-20 tokens. Free of any program's commands or buttons. */
export const SENTENCES: Sentences = {
  ...CLAIMS_SENTENCES,
  ...REGISTRY_SENTENCES,
  ...LEDGER_SENTENCES,
  ...MONEY_SENTENCES,
};
