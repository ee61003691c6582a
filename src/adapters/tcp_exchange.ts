/** One short connection: bytes out, and what comes back where that is asked for. */
import { connect, type Socket } from "node:net";

export type TcpExchange = {
  readonly host: string;
  readonly port: number;
  readonly bytes: Uint8Array;
  /** Bytes of the answer that are read at most; 0: nobody waits for one. */
  readonly answerBytesMax: number;
};

/** How long a receiver that is not listened to may keep the connection. */
const LINGER_MS = 5_000;

/** The answer, one character per byte. Rejects with an `Error` that says what went wrong, also when `signal` aborts. */
export function exchangeOverTcp(exchange: TcpExchange, signal: AbortSignal): Promise<string> {
  const { host, port, bytes, answerBytesMax } = exchange;
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host, port });
    let answer = "";
    const abort = () => {
      socket.destroy();
      done(() => reject(new Error("it took too long, or tssync stops")));
    };
    const done = (tell: () => void) => {
      signal.removeEventListener("abort", abort);
      tell();
    };
    signal.addEventListener("abort", abort);
    if (signal.aborted) return abort();
    // A connection that breaks after everything was sent says nothing of what became of it.
    socket.on("error", (error) => done(() => reject(error)));
    socket.on("connect", () => {
      if (answerBytesMax > 0) socket.write(bytes);
      else {
        socket.end(bytes, () => done(() => resolve("")));
        socket.setTimeout(LINGER_MS, () => socket.destroy());
      }
    });
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1").slice(0, Math.max(0, answerBytesMax - answer.length));
      if (answerBytesMax > 0 && answer.length >= answerBytesMax) socket.destroy();
    });
    socket.on("end", () => socket.end());
    socket.on("close", () => done(() => resolve(answer)));
  });
}
