// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Handle, PKCS11, Template } from "pkcs11js";
import type { TokenKeyConfig } from "../config.ts";
import { mayPass, told } from "./failures.ts";
import type { Library } from "./library.ts";
import { closeSession, openSession } from "./login.ts";
import { moduleAt, type TokenModule } from "./module.ts";

/** What operations in a token work on. */
export type TokenSession = {
  readonly library: Library;
  readonly functions: PKCS11;
  readonly session: Handle;
};

/**
 * A key in a token, with one session that is opened when it is needed. A session that was lost, because the token was
 * removed or something else closed it, is opened again once.
 *
 * `K` is what `find` makes of the key: its handles and its public values.
 */
export class TokenKey<K> {
  readonly #module: TokenModule;
  readonly #config: TokenKeyConfig;
  readonly #find: (at: TokenSession, config: TokenKeyConfig) => K;
  #open: { readonly at: TokenSession; readonly key: K; readonly start: number } | undefined;

  private constructor(
    module: TokenModule,
    config: TokenKeyConfig,
    find: (at: TokenSession, config: TokenKeyConfig) => K,
  ) {
    this.#module = module;
    this.#config = config;
    this.#find = find;
  }

  /** @param find throws TOKEN_KEY_MISSING and TOKEN_KEY_UNSUITABLE @throws TOKEN_UNUSABLE when the library does not load */
  static async at<K>(
    config: TokenKeyConfig,
    find: (at: TokenSession, config: TokenKeyConfig) => K,
  ): Promise<TokenKey<K>> {
    return new TokenKey(await moduleAt(config.module), config, find);
  }

  /**
   * Runs an operation after all earlier ones in the same library. It may run twice, so it must change nothing.
   * @throws TOKEN_UNUSABLE, TOKEN_PIN_WRONG, PASSPHRASE_REQUIRED, what `find` throws, and what the operation throws
   */
  use<T>(act: (at: TokenSession, key: K) => Promise<T>): Promise<T> {
    return this.#module.run(async (functions) => {
      try {
        return await this.#try(functions, act);
      } catch (error) {
        if (!mayPass(error)) throw this.#told(error);
      }
      try {
        return await this.#try(functions, act);
      } catch (error) {
        if (!mayPass(error)) throw this.#told(error);
      }
      // Some libraries see a token that came back only when they start.
      this.#module.restart();
      try {
        return await this.#try(functions, act);
      } catch (error) {
        throw this.#told(error);
      }
    });
  }

  async #try<T>(functions: PKCS11, act: (at: TokenSession, key: K) => Promise<T>): Promise<T> {
    try {
      if (this.#open?.start !== this.#module.starts) this.#open = await this.#opened(functions);
      return await act(this.#open.at, this.#open.key);
    } catch (error) {
      // After any failure the state of the session is unknown.
      if (this.#open !== undefined) closeSession(functions, this.#open.at.session);
      this.#open = undefined;
      throw error;
    }
  }

  async #opened(functions: PKCS11) {
    const { library, starts: start } = this.#module;
    const at = { library, functions, session: await openSession(this.#module, functions, this.#config) };
    try {
      return { at, key: this.#find(at, this.#config), start };
    } catch (error) {
      closeSession(functions, at.session);
      throw error;
    }
  }

  #told(error: unknown): unknown {
    return told(error, this.#config.token);
  }
}

/** The one object of a template. @throws TOKEN_KEY_MISSING; TOKEN_KEY_UNSUITABLE for more than one */
export function findOne(at: TokenSession, template: Template, what: string, config: TokenKeyConfig): Handle {
  const found = findAll(at, template);
  if (found.length === 1) return found[0]!;
  const { token, label } = config;
  if (found.length === 0) {
    throw new VitalproofError("TOKEN_KEY_MISSING", `The token ${token} has no ${what} labelled ${label}.`, {
      details: { token, label },
      hint: "Check the label (`pkcs11-tool -O --login`), or make the key.",
    });
  }
  throw new VitalproofError(
    "TOKEN_KEY_UNSUITABLE",
    `More than one ${what} in ${token} is labelled ${label}.`,
    {
      details: { token, label },
      hint: "Give each key a label of its own.",
    },
  );
}

/** At most two objects of a template. */
export function findAll({ functions, session }: TokenSession, template: Template): Handle[] {
  functions.C_FindObjectsInit(session, template);
  try {
    return functions.C_FindObjects(session, 2);
  } finally {
    functions.C_FindObjectsFinal(session);
  }
}
