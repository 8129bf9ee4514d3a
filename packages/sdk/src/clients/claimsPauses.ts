// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { CLAIMS_PAYOUT_ABI } from "../generated/abi.ts";
import { argumentOf, connect, read, type Sent, send } from "./call.ts";
import type { ClaimsPayout } from "./contractTypes.ts";

/** The pauser's side of the claims contract. `ClaimsClient` has everything else of it. */
export class ClaimsPauses {
  readonly address: string;
  readonly #contract: ClaimsPayout;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#contract = connect<ClaimsPayout>(CLAIMS_PAYOUT_ABI, address, runner);
  }

  /** Stops new programs, policies and claims for a while. The reason is public. @returns until which second, Unix */
  pause(reason: string): Promise<Sent<number>> {
    return send(
      this.#contract,
      "pause",
      () => this.#contract.pause(reason),
      (events) => Number(argumentOf(events, "Paused", "until")),
    );
  }

  /** Ends a running pause early. */
  endPause(): Promise<Sent> {
    return send(this.#contract, "endPause", () => this.#contract.endPause());
  }

  nominatePauser(nominee: string): Promise<Sent> {
    return send(this.#contract, "nominatePauser", () => this.#contract.nominatePauser(nominee));
  }

  /** The nominee accepts the role. */
  acceptPauser(): Promise<Sent> {
    return send(this.#contract, "acceptPauser", () => this.#contract.acceptPauser());
  }

  pauser(): Promise<string> {
    return read(this.#contract, "pauser", () => this.#contract.pauser());
  }

  /** When the running pause ends, Unix seconds; 0 if there is none. */
  async pausedUntil(): Promise<number> {
    return Number(await read(this.#contract, "pausedUntil", () => this.#contract.pausedUntil()));
  }
}
