// SPDX-License-Identifier: GPL-3.0-or-later
import { ASSURANCE_CLASSES, type AssuranceClass, VitalproofError } from "@vitalproof/sdk";
import { getAddress, isAddress } from "ethers";

export type TokenConfig = {
  readonly address: string;
  readonly symbol: string;
  /** 0 to 36. */
  readonly decimals: number;
  /** A test token: anyone can mint some. */
  readonly mintable: boolean;
};

/** A custodian of the health ledger whom the page may call by name. */
export type HospitalConfig = { readonly account: string; readonly name: string };

export type GroupConfig = { readonly id: bigint; readonly name: string; readonly assurance: AssuranceClass };

/** What a deployer writes into the page's `config.json`. All addresses of services are absolute here. */
export type Config = {
  readonly name: string;
  readonly chain: {
    readonly id: number;
    readonly name: string;
    readonly rpc: string;
    /** Address of a block explorer without a slash at its end; null for none. */
    readonly explorer: string | null;
    readonly currency: { readonly name: string; readonly symbol: string; readonly decimals: number };
    /** Blocks, its own included, after which a transaction is called final; 1 where a block is final at once. */
    readonly confirmations: number;
  };
  readonly contracts: Readonly<Record<(typeof CONTRACTS)[number], string>>;
  /** Address of the health ledger; undefined where patients are shown none. */
  readonly ledger: string | undefined;
  readonly hospitals: readonly HospitalConfig[];
  readonly tokens: readonly TokenConfig[];
  /** First block that can hold an event. */
  readonly fromBlock: number;
  readonly artifacts: string;
  readonly relayer: string | undefined;
  readonly attester: string | undefined;
  readonly groups: readonly GroupConfig[];
  /** Test wallets with keys that everybody can read: on test chains only. */
  readonly demo:
    | {
        readonly accounts: readonly { readonly name: string; readonly privateKey: string }[];
        readonly clock: string | undefined;
        /** Where patients leave attestations for the insurer. */
        readonly applications: string | undefined;
        /** A hospital that takes patients' files. */
        readonly hospital: string | undefined;
      }
    | undefined;
};

const CONTRACTS = ["claims", "anchors", "consents", "circuits", "scopes", "pauses", "custody"] as const;

/**
 * Reads the text of a `config.json`.
 * @param base address of the page; relative addresses in the file are meant from there
 * @throws DOCUMENT_INVALID naming the member, what it holds and what it should
 */
export function parseConfig(text: string, base: string): Config {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new VitalproofError("DOCUMENT_INVALID", "config.json is not valid JSON.", {
      hint: "Check commas and quotes, for example with `npx --yes jsonlint` or an editor.",
      cause,
    });
  }
  const file = new Member("", raw, base);
  const chain = file.member("chain");
  const currency = chain.member("currency");
  const contracts = file.member("contracts");
  const demo = file.optional("demo");
  return {
    name: file.member("name").text(),
    chain: {
      id: chain.member("id").whole(1, Number.MAX_SAFE_INTEGER),
      name: chain.member("name").text(),
      rpc: chain.member("rpc").url(),
      explorer: chain.optional("explorer")?.url().replace(/\/$/, "") ?? null,
      currency: {
        name: currency.member("name").text(),
        symbol: currency.member("symbol").text(),
        decimals: currency.member("decimals").whole(0, 36),
      },
      confirmations: chain.optional("confirmations")?.whole(1, 1000) ?? 1,
    },
    contracts: Object.fromEntries(
      CONTRACTS.map((name) => [name, contracts.member(name).address()]),
    ) as Config["contracts"],
    ledger: contracts.optional("ledger")?.address(),
    hospitals: (file.optional("hospitals")?.list() ?? []).map((hospital) => ({
      account: hospital.member("account").address(),
      name: hospital.member("name").text(),
    })),
    tokens: file
      .member("tokens")
      .list()
      .map((token) => ({
        address: token.member("address").address(),
        symbol: token.member("symbol").text(),
        decimals: token.member("decimals").whole(0, 36),
        mintable: token.optional("mintable")?.flag() ?? false,
      })),
    fromBlock: file.optional("fromBlock")?.whole(0, Number.MAX_SAFE_INTEGER) ?? 0,
    artifacts: file.member("artifacts").url(),
    relayer: file.optional("relayer")?.url(),
    attester: file.optional("attester")?.url(),
    groups: file
      .member("groups")
      .list()
      .map((group) => ({
        id: group.member("id").bigint(),
        name: group.member("name").text(),
        assurance: group.member("assurance").oneOf(ASSURANCE_CLASSES),
      })),
    demo:
      demo === undefined
        ? undefined
        : {
            accounts: (demo.optional("accounts")?.list() ?? []).map((account) => ({
              name: account.member("name").text(),
              privateKey: account.member("privateKey").privateKey(),
            })),
            clock: demo.optional("clock")?.url(),
            applications: demo.optional("applications")?.url(),
            hospital: demo.optional("hospital")?.url(),
          },
  };
}

/**
 * Fetches `config.json` from the page's folder.
 * @throws DOCUMENT_INVALID; FILE_UNREADABLE when it is not there
 */
export async function loadConfig(base: string, get: typeof fetch = fetch): Promise<Config> {
  const address = new URL("config.json", base).href;
  let answer: Response;
  try {
    answer = await get(address, { cache: "no-cache" });
  } catch (cause) {
    throw new VitalproofError("FILE_UNREADABLE", `${address} could not be fetched.`, {
      details: { address },
      hint: "Check that the server runs, then reload.",
      cause,
    });
  }
  if (!answer.ok) {
    throw new VitalproofError(
      "FILE_UNREADABLE",
      `${address} could not be fetched: HTTP status ${answer.status}.`,
      {
        details: { address, status: answer.status },
        hint: "Put a config.json next to index.html. apps/claims/README.md says what it holds.",
      },
    );
  }
  return parseConfig(await answer.text(), base);
}

/** A value of the file and its path, so that an error can name it. */
class Member {
  readonly #path: string;
  readonly #value: unknown;
  readonly #base: string;

  constructor(path: string, value: unknown, base: string) {
    this.#path = path;
    this.#value = value;
    this.#base = base;
  }

  optional(name: string): Member | undefined {
    const value = this.#object()[name];
    return value === undefined || value === null
      ? undefined
      : new Member(this.#path === "" ? name : `${this.#path}.${name}`, value, this.#base);
  }

  member(name: string): Member {
    return (
      this.optional(name) ??
      new Member(this.#path === "" ? name : `${this.#path}.${name}`, undefined, this.#base)
    );
  }

  list(): Member[] {
    if (!Array.isArray(this.#value)) throw this.#wrong("a list");
    return this.#value.map((value, i) => new Member(`${this.#path}[${i}]`, value, this.#base));
  }

  text(): string {
    if (typeof this.#value === "string" && this.#value.trim() !== "") return this.#value;
    throw this.#wrong("a text that is not empty");
  }

  flag(): boolean {
    if (typeof this.#value === "boolean") return this.#value;
    throw this.#wrong("true or false");
  }

  whole(lowest: number, highest: number): number {
    const value = this.#value;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= lowest && value <= highest)
      return value;
    throw this.#wrong(`a whole number from ${lowest} to ${highest}`);
  }

  bigint(): bigint {
    if (typeof this.#value === "string" && /^\d{1,78}$/.test(this.#value)) return BigInt(this.#value);
    throw this.#wrong('a whole number in quotes, like "1"');
  }

  address(): string {
    if (typeof this.#value === "string" && isAddress(this.#value)) return getAddress(this.#value);
    throw this.#wrong("an address, 0x and 40 hex digits");
  }

  /** Never repeats the value in an error: it is a key. */
  privateKey(): string {
    if (typeof this.#value === "string" && /^0x[0-9a-fA-F]{64}$/.test(this.#value)) return this.#value;
    throw this.#wrong("a private key, 0x and 64 hex digits", true);
  }

  oneOf<T extends string>(names: readonly T[]): T {
    const found = names.find((name) => name === this.#value);
    if (found !== undefined) return found;
    throw this.#wrong(`one of ${names.join(", ")}`);
  }

  url(): string {
    if (typeof this.#value === "string" && this.#value !== "") {
      try {
        const url = new URL(this.#value, this.#base);
        if (url.protocol === "http:" || url.protocol === "https:") return url.href;
      } catch {
        // Said below, with the member's name.
      }
    }
    throw this.#wrong("an http or https address, or a path from the page");
  }

  #object(): Record<string, unknown> {
    if (typeof this.#value === "object" && this.#value !== null && !Array.isArray(this.#value))
      return this.#value as Record<string, unknown>;
    throw this.#wrong("an object");
  }

  #wrong(wanted: string, secret = false): VitalproofError {
    const member = this.#path === "" ? "the whole file" : this.#path;
    const shown =
      this.#value === undefined
        ? "missing"
        : secret
          ? "something else"
          : JSON.stringify(this.#value).slice(0, 80);
    return new VitalproofError("DOCUMENT_INVALID", `config.json: ${member} is ${shown}.`, {
      details: { member },
      hint: `It must be ${wanted}.`,
    });
  }
}
