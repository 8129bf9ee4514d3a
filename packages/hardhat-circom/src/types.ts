// SPDX-License-Identifier: GPL-3.0-or-later

/** The `circom` entry of a Hardhat config, as written by a user. Paths are relative to the project root. */
export interface CircomUserConfig {
  /** The list of circuit instances. Default: `circuits/circuits.json`. */
  circuits?: string;
  /** Where large artifacts go (r1cs, wasm, sym, zkey); not for committing. Default: `build/circuits`. */
  out?: string;
  /** Where Solidity verifiers go. Default: `contracts/verifiers`. */
  verifiers?: string;
  /** Where the committed small artifacts go. Default: `artifacts` next to the list of circuits. */
  committed?: string;
  /**
   * Folders in which `include` looks after the including file's own folder, in this order. Default: `node_modules`,
   * `node_modules/circomlib/circuits` and the folder of the list of circuits; folders that do not exist are skipped.
   */
  include?: string[];
  compiler?: {
    /** A native `circom` of exactly the version of the npm package, used instead of it. */
    native?: string;
    /** How many compilations run at once. Default: 2. */
    concurrency?: number;
  };
  /** Powers of tau and ceremonies of production keys. */
  production?: {
    /** A prepared phase-1 file. */
    ptau: string;
    /** Its BLAKE2b-512 hash, 128 hex digits; checked before use. */
    blake2b: string;
    /** By name. Announce an entry before its ceremony begins, and keep it as long as a key of it is in use. */
    ceremonies?: Record<string, CeremonyUserConfig>;
  };
  /** What `circuits attack` starts from, and what it may find. */
  attack?: {
    /**
     * Sample inputs: a folder of `<instance>.json`, or a module whose default export makes them of an instance. Each is
     * one input of the circuit or a list of them.
     */
    inputs?: string;
    /** A JSON file that lists and explains what may stay free; without it, every finding counts. */
    explanations?: string;
  };
  /** What `circuits lint` may find. */
  lint?: {
    /** A JSON list of findings with the reason why each stays; default: none. */
    exceptions?: string;
  };
}

/** What a ceremony promises before it begins. Only the beacon's value is added later. */
export interface CeremonyUserConfig {
  /** Who may contribute, in the order in which they are expected. */
  contributors: CeremonyContributor[];
  /** How many of them must contribute. At least 2; default 3. */
  minimum?: number;
  beacon: {
    /** Where the value comes from, such as `drand quicknet`. */
    source: string;
    /** Which value of the source; must lie in the future when it is announced. */
    round: number;
    /** 2^n iterations of SHA-256; 10 to 30, default 10. */
    iterationsExp?: number;
    /** The value, hex. Add it when it is out. */
    value?: string;
  };
}

export interface CeremonyContributor {
  /** As it will be in the keys: at most 64 bytes. */
  readonly name: string;
  /** An Ethereum address, a line `ssh-ed25519 AAAA…`, or `openpgp` and the fingerprint of a primary key. */
  readonly key: string;
  /** For a key of OpenPGP, and for no other: what `gpg --armor --export` prints. */
  readonly publicKey?: string;
}

/** The same with defaults filled in. */
export interface CeremonyPin {
  readonly contributors: readonly CeremonyContributor[];
  readonly minimum: number;
  readonly beacon: {
    readonly source: string;
    readonly round: number;
    readonly iterationsExp: number;
    /** Hex, lower case, without 0x; undefined until it is out. */
    readonly value: string | undefined;
  };
}

/** The same with absolute paths and every default filled in. */
export interface CircomConfig {
  /** Project root; paths in messages are relative to it. */
  readonly root: string;
  readonly circuits: string;
  readonly out: string;
  readonly verifiers: string;
  readonly committed: string;
  readonly include: readonly string[];
  readonly compiler: { readonly native: string | undefined; readonly concurrency: number };
  readonly production: ProductionConfig | undefined;
  readonly attack: { readonly inputs: string | undefined; readonly explanations: string | undefined };
  readonly lint: { readonly exceptions: string | undefined };
}

export interface ProductionConfig {
  readonly ptau: string;
  readonly blake2b: string;
  readonly ceremonies: ReadonlyMap<string, CeremonyPin>;
}

export type InstanceGroup = string;

/** One entry of the list of circuits. Keys that the plugin does not know stay in `raw`. */
export interface CircuitInstance {
  /** Letters, digits and `-`; unique. */
  readonly name: string;
  readonly version: number;
  /** Absolute path of the main file. */
  readonly main: string;
  /** Contract name of the exported verifier; null: none is exported. */
  readonly verifier: string | null;
  /** k of the Groth16 domain 2^k that the circuit may not outgrow. */
  readonly maxDomain: number;
  /** `default` is what is built when nothing else is said. */
  readonly group: InstanceGroup;
  /** The family of its template, where the list has families and the instance names a template. */
  readonly family?: CircuitFamily;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Circuits with the same public inputs. The plugin checks their entries; scripts write main files from them. */
export interface CircuitFamily {
  readonly name: string;
  /** Folder of the templates, relative to the list. */
  readonly folder: string;
  /** In the verifier's order. */
  readonly publicInputs: readonly string[];
  /** For the documentation of main files. */
  readonly privateInputs: readonly string[];
  /** By name. No two families share a template. */
  readonly templates: ReadonlyMap<string, CircuitTemplate>;
}

export interface CircuitTemplate {
  /** What an instance hands to the template, in order. */
  readonly parameters: readonly string[];
  /** Ways to build the same circuit; an instance names one. Empty: there is one way. */
  readonly constructions: readonly string[];
}

/** The whole list of circuits. */
export interface CircuitList {
  /** By name; empty where the list has none. */
  readonly families: ReadonlyMap<string, CircuitFamily>;
  readonly instances: readonly CircuitInstance[];
}

/** What an R1CS counts. */
export interface ConstraintCounts {
  readonly nonLinear: number;
  readonly linear: number;
  readonly wires: number;
  readonly labels: number;
  /** Public signals: outputs first, then public inputs. The constant 1 is not counted. */
  readonly public: number;
  readonly outputs: number;
  readonly private: number;
}

export type KeyKind = "development" | "production";

/** One contribution to a production key, as recorded in the key itself. */
export interface KeyContribution {
  readonly type: "contribution" | "beacon";
  readonly name: string | null;
  /** BLAKE2b-512 over the contribution's public key, as snarkjs prints it; hex. */
  readonly hash: string;
  readonly beacon?: { readonly hash: string; readonly iterationsExp: number };
}

/** The committed `manifest.json` of an instance. All hashes are SHA-256, hex, of whole files. */
export interface CircuitManifest {
  readonly schema: 1;
  readonly name: string;
  readonly version: number;
  readonly compiler: { readonly name: "circom"; readonly version: string; readonly flags: readonly string[] };
  /** Over the contents of the main file and all it includes; see the README for the exact rule. */
  readonly sources: { readonly sha256: string; readonly files: number };
  readonly constraints: ConstraintCounts;
  /** k of the Groth16 domain 2^k. */
  readonly domain: number;
  readonly key: {
    readonly kind: KeyKind;
    /** Which fixed scalars or which powers of tau. */
    readonly origin: string;
    readonly bytes: number;
    readonly contributions?: readonly KeyContribution[];
    /** Of a production key: the ceremony that made it, and the SHA-256 of its transcript, hex. */
    readonly ceremony?: { readonly name: string; readonly transcript: string };
  };
  readonly sha256: {
    readonly r1cs: string;
    readonly wasm: string;
    readonly zkey: string;
    readonly verificationKey: string;
    readonly verifier: string | null;
  };
  readonly verifier: string | null;
  /** `verificationKeyHash` of the key: 0x and 64 hex digits, what a contract takes as bytes32. */
  readonly verificationKeyHash: string;
}

/** What happened in a ceremony, for everyone who wants to replay it. Hashes are hex. */
export interface CeremonyTranscript {
  readonly schema: 1;
  readonly ceremony: string;
  /** BLAKE2b-512 of the powers of tau. */
  readonly powersOfTau: string;
  readonly beacon: {
    readonly source: string;
    readonly round: number;
    readonly iterationsExp: number;
    readonly value: string;
  };
  readonly instances: readonly CeremonyInstance[];
  /** In the order of the contributions. */
  readonly attestations: readonly CeremonyAttestation[];
}

export interface CeremonyInstance {
  readonly name: string;
  readonly version: number;
  /** SHA-256 of the compiled circuit. */
  readonly r1cs: string;
  /** BLAKE2b-512 of the circuit under the powers of tau, as the key's section 10 begins. */
  readonly circuit: string;
  /** SHA-256 of every key file: before the first contribution, after each, and after the beacon. */
  readonly keys: readonly string[];
  /** BLAKE2b-512 of every contribution, the beacon last. */
  readonly contributions: readonly string[];
}

export interface CeremonyAttestation {
  readonly contributor: string;
  /** The text that was signed. */
  readonly statement: string;
  readonly signature: string;
}

/** A Groth16 verification key as snarkjs writes it. */
export interface VerificationKey {
  readonly protocol: string;
  readonly curve: string;
  readonly nPublic: number;
  readonly vk_alpha_1: readonly string[];
  readonly vk_beta_2: readonly (readonly string[])[];
  readonly vk_gamma_2: readonly (readonly string[])[];
  readonly vk_delta_2: readonly (readonly string[])[];
  readonly IC: readonly (readonly string[])[];
  readonly [key: string]: unknown;
}
