import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** A web server that caches may keep everything of. */
export type WebOrigin = AsyncDisposable & {
  readonly port: number;
  /** How often each path was fetched. */
  fetches(path: string): number;
};

/**
 * Serves the files of several mirrors, one after the other, as servers behind a balancer do: whoever asks twice asks two of them. A
 * directory is its `index.html`.
 */
export async function webOrigin(mirrors: readonly string[]): Promise<WebOrigin> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "/").replace(/\?.*$/, ""));
    const count = counts.get(path) ?? 0;
    counts.set(path, count + 1);
    const file = join(mirrors[count % mirrors.length]!, path.endsWith("/") ? `${path}index.html` : path);
    const headers = { "Cache-Control": "public, max-age=3600", "Content-Type": "text/plain" };
    readFile(file).then(
      (content) => void response.writeHead(200, headers).end(content),
      () => void response.writeHead(path === "/" ? 200 : 404, { ...headers, "Cache-Control": "no-store" }).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    fetches: (path) => counts.get(path) ?? 0,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
