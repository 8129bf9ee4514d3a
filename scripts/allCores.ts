// SPDX-License-Identifier: GPL-3.0-or-later
import { availableParallelism } from "node:os";
import type { HardhatPlugin } from "hardhat/types/plugins";

/** Compiles contracts on all cores. Hardhat leaves one free, and so compiles one after the other where there are two. */
export const allCores: HardhatPlugin = {
  id: "all-cores",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        build: (context, files, options, next) =>
          next(context, files, { concurrency: availableParallelism(), ...options }),
      }),
    }),
  },
};
