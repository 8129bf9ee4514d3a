// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metrics } from "../operate/metrics.ts";
import type { App } from "./app.ts";
import type { Routes } from "./routes.ts";

/** Seconds: from what memory answers to what waits for blocks. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 30];
const STATUSES = [
  ...["200", "204", "400", "401", "403", "404", "405", "413", "415", "429", "500", "503"],
] as const;

/**
 * One line in the log and one count for each answer. The route's pattern is written, never the path: paths hold leaves. Of
 * who asks there is the principal's name, of a body, a query and headers nothing.
 */
export function observe(app: App, routes: Routes, metrics: Metrics | undefined): void {
  // Hooks are registered before routes are: what routes there are is known when the server listens.
  let count: ((route: string, status: number, seconds: number) => void) | undefined;
  app.addHook("onReady", async () => {
    if (metrics !== undefined) count = counterOf(metrics, routes.patterns);
  });
  app.addHook("onResponse", async ({ log, method, principal, routeOptions }, { statusCode, elapsedTime }) => {
    const route = routeOptions.url ?? "none";
    log.info(
      { method, route, status: statusCode, ms: Math.round(elapsedTime), principal: principal?.name },
      "answered",
    );
    count?.(route, statusCode, elapsedTime / 1000);
  });
}

function counterOf(metrics: Metrics, patterns: readonly string[]) {
  const route = [...patterns, "none"];
  const requests = metrics.counter({
    name: "http_requests_total",
    help: "Requests answered, by the route's pattern and status",
    labels: { route, status: STATUSES },
  });
  const durations = metrics.histogram(
    { name: "http_request_seconds", help: "Seconds until a request was answered", labels: { route } },
    BUCKETS,
  );
  return (pattern: string, status: number, seconds: number) => {
    const known = STATUSES.find((each) => each === String(status)) ?? "500";
    requests.add(1, { route: pattern, status: known });
    durations.observe(seconds, { route: pattern });
  };
}
