// SPDX-License-Identifier: GPL-3.0-or-later
import { TokenClient } from "@vitalproof/sdk";
import { useEffect, useState } from "react";
import { type Sentence, sentenceOf } from "../words/sentences.ts";
import { useApp, useWallet } from "./app.tsx";

/** What the connected account holds of a token, in smallest units; undefined until the node has answered. */
export function useBalance(token: string): { balance?: bigint; fault?: Sentence } {
  const { rpc } = useApp();
  const { account } = useWallet();
  const [found, setFound] = useState<{ balance?: bigint; fault?: Sentence }>({});
  useEffect(() => {
    setFound({});
    if (account === undefined) return;
    let gone = false;
    new TokenClient(token, rpc)
      .balanceOf(account)
      .then((balance) => !gone && setFound({ balance }))
      .catch((error: unknown) => !gone && setFound({ fault: sentenceOf(error) }));
    return () => {
      gone = true;
    };
  }, [rpc, token, account]);
  return found;
}
