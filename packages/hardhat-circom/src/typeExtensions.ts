// SPDX-License-Identifier: GPL-3.0-or-later
import "hardhat/types/config";
import type { CircomConfig, CircomUserConfig } from "./types.ts";

declare module "hardhat/types/config" {
  interface HardhatUserConfig {
    circom?: CircomUserConfig;
  }
  interface HardhatConfig {
    readonly circom: CircomConfig;
  }
}
