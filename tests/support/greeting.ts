import { connect } from "node:net";

/** Whether a server on the port of 127.0.0.1 begins to talk, and its first words are these. */
export function greets(port: number, words: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (chunk) => end(chunk.toString("latin1").startsWith(words)));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
  });
}
