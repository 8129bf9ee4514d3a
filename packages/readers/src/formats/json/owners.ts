// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { OwnerChoice, Ownership, ReadOptions } from "../../format.ts";

/**
 * Whose readings count, where entries of a file say whose they are. Readings of two people in one series are wrong, so
 * the caller must choose as soon as there are two.
 */
export class Owners implements OwnerChoice {
  /** Every owner of a reading, in the file's order. */
  readonly found = new Set<string>();
  readonly #field: string;
  readonly #what: string;
  readonly #chosen: string | undefined;

  constructor({ field, what }: Ownership, { where }: Pick<ReadOptions, "where">) {
    this.#field = field;
    this.#what = what;
    this.#chosen = where?.[field];
  }

  /** What a reading that does not count is skipped as. */
  get kind(): string {
    return `other ${this.#field}`;
  }

  /**
   * Whether a reading of this owner counts. One that does not say whose it is counts where nobody was chosen.
   * @throws SELECTION_REQUIRED naming the field, never its value
   */
  counts(owner: string | undefined): boolean {
    if (owner !== undefined) this.found.add(owner);
    if (this.#chosen === "*") return true;
    if (this.#chosen !== undefined) return owner === this.#chosen;
    if (this.found.size < 2) return true;
    throw new VitalproofError(
      "SELECTION_REQUIRED",
      `The file holds several ${this.#what}: "${this.#field}" has more than one value.`,
      {
        details: { column: this.#field, what: this.#what },
        hint:
          `Choose one: --where "${this.#field}=VALUE". \`vitalproof inspect FILE --each ${this.#field}\` with the same options lists the values. ` +
          `If all entries belong together, say so: --where "${this.#field}=*".`,
      },
    );
  }
}
