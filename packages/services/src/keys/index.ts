// SPDX-License-Identifier: GPL-3.0-or-later
export {
  type MasterKeyConfig,
  masterKeyConfig,
  type SignerConfig,
  signerConfig,
  type TokenKeyConfig,
} from "./config.ts";
export type { MasterKey } from "./masterKey.ts";
export { MasterKeys, openMasterKeys } from "./masterKeys.ts";
export { createMasterKey, openMasterKey } from "./openMasterKey.ts";
export { openSigner, type ServiceSigner } from "./openSigner.ts";
export { createKey } from "./pkcs11/createKey.ts";
export { closeTokens } from "./pkcs11/module.ts";
export { Pkcs11Signer } from "./pkcs11Signer.ts";
