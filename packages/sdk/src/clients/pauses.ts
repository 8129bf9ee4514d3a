// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { PAUSE_REGISTRY_ABI } from "../generated/abi.ts";
import { argumentOf, connect, read, type Sent, send } from "./call.ts";
import type { PauseRegistry } from "./contractTypes.ts";

/** Pauses and declared outages: what stops new programs, policies and claims for a while. */
export class Pauses {
  readonly address: string;
  readonly #contract: PauseRegistry;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#contract = connect<PauseRegistry>(PAUSE_REGISTRY_ABI, address, runner);
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

  /**
   * Records that the chain stood still, so that windows which closed in that time stay open after it.
   * @param from first second, Unix, in which no transaction got through
   * @param until first second in which they did again
   * @param reason public; must not hold personal data
   */
  declareOutage(from: number, until: number, reason: string): Promise<Sent> {
    return send(this.#contract, "declareOutage", () => this.#contract.declareOutage(from, until, reason));
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

  /** When the running pause ends, Unix seconds; 0 while nothing is paused. */
  async pausedUntil(): Promise<number> {
    return Number(await read(this.#contract, "pausedUntil", () => this.#contract.pausedUntil()));
  }

  /** Who was nominated; the zero address if nobody. */
  pendingPauser(): Promise<string> {
    return read(this.#contract, "pendingPauser", () => this.#contract.pendingPauser());
  }

  /** Address of the registry whose suspensions touch the same windows. */
  circuits(): Promise<string> {
    return read(this.#contract, "circuits", () => this.#contract.circuits());
  }

  /** Seconds after the end of a window until no outage can extend it any more. */
  async reopenTime(): Promise<number> {
    return Number(await read(this.#contract, "reopenTime", () => this.#contract.reopenTime()));
  }

  /** Seconds between the end of a pause and the next. */
  async pauseCooldown(): Promise<number> {
    return Number(await read(this.#contract, "pauseCooldown", () => this.#contract.pauseCooldown()));
  }

  /** Seconds between the end of an outage and the beginning of the next that can be declared. */
  async outageCooldown(): Promise<number> {
    return Number(await read(this.#contract, "outageCooldown", () => this.#contract.outageCooldown()));
  }

  /** The latest end, Unix seconds, among the pauses and outages that began before `before`; 0 without any. */
  async lastStopBefore(before: number): Promise<number> {
    return Number(await read(this.#contract, "lastStopBefore", () => this.#contract.lastStopBefore(before)));
  }
}
