// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { assertOwnAccount, openKeystore } from "@vitalproof/sdk/node";
import { type Provider, type Signer, Wallet } from "ethers";
import type { SignerConfig } from "./config.ts";
import { Pkcs11Signer } from "./pkcs11Signer.ts";
import { readEncrypted, readSecret, secretOf } from "./secrets.ts";

/** An account that a service signs and pays with. Its address is known without asking. */
export interface ServiceSigner extends Signer {
  readonly address: string;
  /** The same account on a chain. */
  connect(provider: Provider | null): ServiceSigner;
}

/**
 * The account of a service, without a provider. Keys in tokens are tried with one signature, so that what is wrong with
 * them is found at the start. `closeTokens` ends what a token needs.
 *
 * @param options `chainId`: the chain that it is for
 * @throws NOT_ALLOWED for a development account on a chain that is not local; KEY_FILE_EXPOSED, FILE_UNREADABLE,
 *         FILE_NOT_UNDERSTOOD, PASSPHRASE_REQUIRED, PASSPHRASE_WRONG for files; what `Pkcs11Signer.open` throws
 */
export async function openSigner(
  config: SignerConfig,
  { chainId }: { readonly chainId: bigint },
): Promise<ServiceSigner> {
  const signer = await open(config);
  assertOwnAccount(signer.address, chainId);
  return signer;
}

async function open(config: SignerConfig): Promise<ServiceSigner> {
  if (config.kind === "pkcs11") return Pkcs11Signer.open(config);
  const { path } = config;
  if (config.kind === "file") return walletOf(path, (await readSecret(path)).trim());
  const passphrase = await secretOf({
    what: `the passphrase of ${path}`,
    file: config.passphraseFile,
    env: config.passphraseEnv,
  });
  return openKeystore(await readEncrypted(path), passphrase, path);
}

function walletOf(path: string, text: string): Wallet {
  try {
    if (/^0x[0-9a-fA-F]{64}$/.test(text)) return new Wallet(text);
  } catch {
    // Zero, or not below the order of the curve. The cause is not kept: it is about the key.
  }
  throw new VitalproofError("FILE_NOT_UNDERSTOOD", `${path} does not hold a private key.`, {
    details: { path },
    hint: "Write 0x and 64 hex digits into it, and nothing else, or use a keystore.",
  });
}
