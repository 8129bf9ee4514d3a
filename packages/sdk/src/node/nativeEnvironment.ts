// SPDX-License-Identifier: GPL-3.0-or-later
/** What a program needs to find its libraries and to choose its threads. */
const PASSED_ON = [
  "PATH",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "DYLD_FALLBACK_LIBRARY_PATH",
  "OMP_NUM_THREADS",
] as const;

/** The environment of a native prover: not the whole one, which may hold passphrases. */
export function nativeEnvironment(): Record<string, string> {
  const known = PASSED_ON.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(
    known.filter((pair): pair is [(typeof PASSED_ON)[number], string] => pair[1] !== undefined),
  );
}
