// SPDX-License-Identifier: GPL-3.0-or-later

/** "1 record", "2 records"; `several` for a word that does not just take an s. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
