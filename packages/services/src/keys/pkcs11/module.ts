// SPDX-License-Identifier: GPL-3.0-or-later
import { realpath } from "node:fs/promises";
import { VitalproofError } from "@vitalproof/sdk";
import { Mutex } from "@vitalproof/sdk/node";
import type { PKCS11 } from "pkcs11js";
import { type Library, loadLibrary, returnValueOf } from "./library.ts";

/**
 * A token's library in this process. PKCS#11 initialises a library once for a process and knows one login to a token,
 * so everything that uses it shares this object. One operation at a time: many libraries allow no more.
 */
export class TokenModule {
  readonly path: string;
  readonly library: Library;
  /** By the token's label: a fingerprint of the PIN that is logged in. */
  readonly loggedIn = new Map<string, string>();
  /** By the token's label: a fingerprint of the PIN that it refused. Tried again, it could lock the token. */
  readonly refused = new Map<string, string>();
  readonly #functions: PKCS11;
  readonly #turns = new Mutex();
  #state: "stopped" | "own" | "of others" = "stopped";
  #starts = 0;

  private constructor(path: string, library: Library, functions: PKCS11) {
    this.path = path;
    this.library = library;
    this.#functions = functions;
  }

  /** @throws TOKEN_UNUSABLE when the library does not load */
  static async load(path: string): Promise<TokenModule> {
    const library = await loadLibrary();
    const functions = new library.PKCS11();
    try {
      functions.load(path);
    } catch (cause) {
      throw new VitalproofError("TOKEN_UNUSABLE", `${path} does not load as a PKCS#11 library.`, {
        details: { module: path },
        hint: "Name the library of the token's maker; for SoftHSM /usr/lib/softhsm/libsofthsm2.so.",
        cause,
      });
    }
    return new TokenModule(path, library, functions);
  }

  /** How often the library was started: a session of an earlier time is lost. */
  get starts(): number {
    return this.#starts;
  }

  /** Runs operations after all earlier ones ended, with the library started. */
  run<T>(act: (functions: PKCS11) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      if (this.#state === "stopped") this.#start();
      return act(this.#functions);
    });
  }

  /**
   * Starts the library again, within `run`: some look for tokens only then. Sessions of all its tokens are lost, and
   * opened again when they are next used. A library that something else in this process started is left alone.
   */
  restart(): void {
    if (this.#state !== "own") return;
    this.#finish();
    this.#start();
  }

  /** Ends all sessions, after all earlier operations. A later operation starts the library again. */
  stop(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#state === "own") this.#finish();
      this.#state = "stopped";
    });
  }

  #start(): void {
    try {
      this.#functions.C_Initialize({ flags: this.library.CKF_OS_LOCKING_OK });
      this.#state = "own";
    } catch (cause) {
      const value = returnValueOf(cause);
      if (value !== "CKR_CRYPTOKI_ALREADY_INITIALIZED") {
        throw new VitalproofError("TOKEN_UNUSABLE", `${this.path} does not start (${value ?? "unknown"}).`, {
          details: { module: this.path, value },
          hint: "Check its configuration; SoftHSM reads the file that SOFTHSM2_CONF names.",
          cause,
        });
      }
      this.#state = "of others";
    }
    this.#starts += 1;
  }

  #finish(): void {
    this.loggedIn.clear();
    this.#state = "stopped";
    try {
      this.#functions.C_Finalize();
    } catch (error) {
      // It was stopped by others, or its device is gone. Either way nothing is left to stop.
      if (returnValueOf(error) === undefined) throw error;
    }
  }
}

const modules = new Map<string, Promise<TokenModule>>();

/** The one object for a library in this process. @throws TOKEN_UNUSABLE */
export async function moduleAt(path: string): Promise<TokenModule> {
  // A name without a folder is looked up by the system's loader.
  const place = await realpath(path).catch(() => path);
  const known = modules.get(place);
  if (known !== undefined) return known;
  const loading = TokenModule.load(place);
  modules.set(place, loading);
  // What did not load is tried again by the next one who asks.
  loading.catch(() => modules.delete(place));
  return loading;
}

/** Ends the sessions of all tokens in this process, as a service does when it stops. */
export async function closeTokens(): Promise<void> {
  for (const loading of [...modules.values()]) {
    const loaded = await loading.catch(() => undefined);
    await loaded?.stop();
  }
}
