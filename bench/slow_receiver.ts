/**
 * A web service that takes its time: `bun bench/slow_receiver.ts DELAY_MS`. Every POST is answered that much later. Prints
 * `listening PORT`; a GET is answered at once with what it has seen, as JSON.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type SlowReport = {
  readonly requests: number;
  /** Requests without an answer yet, at most. */
  readonly openMost: number;
};

const delayMs = Number(process.argv[2]);
let requests = 0;
let open = 0;
let openMost = 0;

const server = createServer((request, response) => {
  if (request.method === "GET") {
    const report: SlowReport = { requests, openMost };
    return void response.end(JSON.stringify(report));
  }
  requests++;
  openMost = Math.max(openMost, ++open);
  request.resume();
  request.on("end", () =>
    setTimeout(() => {
      open--;
      response.writeHead(204).end();
    }, delayMs));
});
server.listen(0, "127.0.0.1", () => console.log(`listening ${(server.address() as AddressInfo).port}`));
