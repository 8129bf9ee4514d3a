// SPDX-License-Identifier: GPL-3.0-or-later
import { type ArtifactLoader, httpArtifacts, VitalproofError } from "@vitalproof/sdk";

/** What of the Cache API is used; `caches.open` gives one. */
export type ResponseCache = Pick<Cache, "match" | "put" | "delete">;

export type Downloaded = (bytes: number, of: number | undefined) => void;

/**
 * The SDK's `httpArtifacts` with a cache before it. The loader hashes every file against the page's manifests at each
 * load, cached or not; where a cached file does not fit, the cache is left out once and filled again.
 *
 * @param base URL of the artifacts
 * @param manifests texts by circuit
 * @param options `cache` is undefined where the browser has none; `fetch` is for tests
 */
export function cachedArtifacts(
  base: string,
  manifests: Readonly<Record<string, string>>,
  options: {
    cache: ResponseCache | undefined;
    onDownload?: Downloaded;
    fetch?: typeof fetch;
  },
): ArtifactLoader {
  const { cache, onDownload } = options;
  const load = async (circuit: string, useCache: boolean) => {
    const tally = new Tally(onDownload);
    const used: string[] = [];
    const fetchFile = async (url: string): Promise<Response> => {
      const found = useCache ? await cache?.match(url) : undefined;
      if (found !== undefined) {
        used.push(url);
        return counted(found, tally.file());
      }
      const response = await (options.fetch ?? globalThis.fetch)(url, { credentials: "omit" });
      if (!response.ok) return response;
      const whole = counted(response, tally.file());
      if (cache === undefined) return whole;
      // A full disk must not stop a proof.
      await cache.put(url, whole.clone()).catch(() => undefined);
      return whole;
    };
    try {
      const loader = httpArtifacts(base, manifests, { fetch: fetchFile });
      return { artifacts: await loader.load(circuit), used };
    } catch (error) {
      return { error, used };
    }
  };
  return {
    async load(circuit) {
      const first = await load(circuit, true);
      if (first.artifacts !== undefined) return first.artifacts;
      const stale = VitalproofError.find(first.error, "ARTIFACT_MISMATCH") !== undefined;
      if (!stale || cache === undefined) throw first.error;
      for (const url of first.used) await cache.delete(url);
      const second = await load(circuit, false);
      if (second.artifacts !== undefined) return second.artifacts;
      throw second.error;
    },
  };
}

/** Adds up what all files of a load have and will have. */
class Tally {
  readonly #report: Downloaded | undefined;
  readonly #files: { bytes: number; of: number | undefined }[] = [];

  constructor(report: Downloaded | undefined) {
    this.#report = report;
  }

  file(): Downloaded {
    const file = { bytes: 0, of: undefined as number | undefined };
    this.#files.push(file);
    return (bytes, of) => {
      file.bytes = bytes;
      file.of = of;
      const known = this.#files.every((each) => each.of !== undefined);
      const sum = (pick: (each: typeof file) => number): number =>
        this.#files.reduce((total, each) => total + pick(each), 0);
      this.#report?.(
        sum((each) => each.bytes),
        known ? sum((each) => each.of ?? 0) : undefined,
      );
    };
  }
}

/** The same response, reporting its bytes as they come. */
function counted(response: Response, report: Downloaded): Response {
  // A compressed answer's length is not that of what is read.
  const length = response.headers.get("content-encoding") === null && response.headers.get("content-length");
  const of = length ? Number(length) : undefined;
  let bytes = 0;
  report(0, of);
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        bytes += chunk.length;
        report(bytes, of);
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(body ?? null, { status: response.status, headers: response.headers });
}
