// SPDX-License-Identifier: GPL-3.0-or-later
import type { ConfigHooks } from "hardhat/types/hooks";
import { configProblems, resolveConfig } from "../../config.ts";
import "../../typeExtensions.ts";

export default async (): Promise<Partial<ConfigHooks>> => ({
  validateUserConfig: async (userConfig) =>
    configProblems(userConfig.circom).map(({ path, message }) => ({ path: ["circom", ...path], message })),
  resolveUserConfig: async (userConfig, resolveConfigurationVariable, next) => {
    const resolved = await next(userConfig, resolveConfigurationVariable);
    return { ...resolved, circom: resolveConfig(userConfig.circom, resolved.paths.root) };
  },
});
