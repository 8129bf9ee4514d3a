// SPDX-License-Identifier: GPL-3.0-or-later
/** Runs what it is given one after the other, so that a read-decide-write on a store is one step. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act, act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
