// SPDX-License-Identifier: GPL-3.0-or-later
export {
  type BackupMade,
  backupEnded,
  backupGone,
  backupsWith,
  noteBackup,
  notedBackup,
} from "./backupsMade.ts";
export { cleanFiles } from "./cleanFiles.ts";
export { sealedStore } from "./documentStore.ts";
export { type Erased, type ErasedBy, type ErasurePreview, Erasures } from "./erasures.ts";
export { type Erasure, type Evidence, readErasures, writeErasures } from "./evidence.ts";
export { type Holdings, type SealedHoldingsOptions, sealedHoldings } from "./holdings.ts";
export { type PersonKey, type Place, SEALED_BYTES } from "./personKey.ts";
export { evidenceOf, PersonKeys, type PersonKeysOptions } from "./personKeys.ts";
export { keyMissing, personErased } from "./refusals.ts";
export { rotateMasterKey, type Wrapped, wrappedKeys } from "./rotation.ts";
export { SEALED_TABLES } from "./sealedTables.ts";
