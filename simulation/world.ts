// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AnchorClient, ClaimsClient, ConsentClient, Custody, Pauses, ScopeClient } from "@vitalproof/sdk";
import { diskArtifacts } from "@vitalproof/sdk/node";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { deployVitalproof, type Vitalproof } from "../ignition/deployVitalproof.ts";
import type { TestToken } from "../types/ethers-contracts/index.ts";

/** Accounts of the story, each for one role. */
export interface Roles {
  readonly governor: HardhatEthersSigner;
  readonly guardian: HardhatEthersSigner;
  readonly pauser: HardhatEthersSigner;
  readonly insurer: HardhatEthersSigner;
  readonly attester: HardhatEthersSigner;
  /** Sends other people's transactions and pays their gas. */
  readonly relayer: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
}

/** An in-process chain with the whole system deployed on it. */
export class World {
  readonly connection: NetworkConnection;
  readonly roles: Roles;
  readonly contracts: Vitalproof;
  readonly token: TestToken;
  readonly addresses: {
    readonly claims: string;
    readonly anchors: string;
    readonly consents: string;
    readonly scopes: string;
    readonly pauses: string;
    readonly custody: string;
    readonly ledger: string;
    readonly token: string;
  };
  /** Wasm, keys and verification keys of the circuits built here. */
  readonly artifacts: ReturnType<typeof diskArtifacts>;
  #now: number;

  private constructor(
    connection: NetworkConnection,
    roles: Roles,
    contracts: Vitalproof,
    token: TestToken,
    addresses: World["addresses"],
    root: string,
    now: number,
  ) {
    this.connection = connection;
    this.roles = roles;
    this.contracts = contracts;
    this.token = token;
    this.addresses = addresses;
    this.artifacts = diskArtifacts(join(root, "circuits/artifacts"), {
      large: join(root, "build/circuits"),
      hint: "Run `npx hardhat circuits build`.",
    });
    this.#now = now;
  }

  /**
   * @param start Unix second at which the chain begins
   * @param limits of the chain where they are not the usual ones: for benches of what no chain would take
   */
  static async create(
    hre: HardhatRuntimeEnvironment,
    start: number,
    circuits?: readonly string[],
    limits: { transactionGasCap?: false; blockGasLimit?: number } = {},
  ): Promise<World> {
    const connection = await hre.network.create({
      override: { initialDate: new Date(start * 1000).toISOString(), ...limits },
    } as never);
    const [governor, guardian, pauser, insurer, attester, relayer, stranger] =
      (await connection.ethers.getSigners()) as [
        HardhatEthersSigner,
        HardhatEthersSigner,
        HardhatEthersSigner,
        HardhatEthersSigner,
        HardhatEthersSigner,
        HardhatEthersSigner,
        HardhatEthersSigner,
      ];
    const contracts = await deployVitalproof(hre, connection, {
      ...(circuits === undefined ? {} : { circuits }),
      parameters: {
        governor: governor.address,
        guardian: guardian.address,
        pauser: pauser.address,
        allowDevelopmentKeys: true,
      },
    });
    const token = (await connection.ethers.deployContract("TestToken", [
      "Test USD Coin",
      "tUSDC",
      6,
    ])) as unknown as TestToken;
    const addresses = {
      claims: await contracts.claims.getAddress(),
      anchors: await contracts.anchors.getAddress(),
      consents: await contracts.consents.getAddress(),
      scopes: await contracts.scopes.getAddress(),
      pauses: await contracts.pauses.getAddress(),
      custody: await contracts.custody.getAddress(),
      ledger: await contracts.ledger.getAddress(),
      token: await token.getAddress(),
    };
    const roles = { governor, guardian, pauser, insurer, attester, relayer, stranger };
    const latest = await connection.networkHelpers.time.latest();
    return new World(connection, roles, contracts, token, addresses, hre.config.paths.root, latest);
  }

  /** What everybody's clock shows: the chain's time. */
  get now(): number {
    return this.#now;
  }

  /** Lets time pass until a Unix second; does nothing when it is past. */
  async passUntil(time: number): Promise<void> {
    const latest = await this.connection.networkHelpers.time.latest();
    if (time > latest) await this.connection.networkHelpers.time.increaseTo(time);
    this.#now = Math.max(time, latest);
  }

  /** Follows the chain's time, after someone else let it pass. */
  follow(): Promise<void> {
    return this.passUntil(0);
  }

  claimsAs(account: HardhatEthersSigner): ClaimsClient {
    return new ClaimsClient(this.addresses.claims, account);
  }

  custodyAs(account: HardhatEthersSigner): Custody {
    return new Custody(this.addresses.custody, account);
  }

  pausesAs(account: HardhatEthersSigner): Pauses {
    return new Pauses(this.addresses.pauses, account);
  }

  scopesAs(account: HardhatEthersSigner): ScopeClient {
    return new ScopeClient(this.addresses.scopes, account);
  }

  anchorsAs(account: HardhatEthersSigner): AnchorClient {
    return new AnchorClient(this.addresses.anchors, account);
  }

  consentsAs(account: HardhatEthersSigner): ConsentClient {
    return new ConsentClient(this.addresses.consents, account);
  }
}
