import type { ResyncDocument } from "../../api/resync_schema.ts";
import { bytesText } from "./table_text.ts";
import type { Terminal } from "./terminal.ts";

/** A bar that grows while a full sync runs; on anything but a terminal it shows nothing. */
export type Progress = { show(progress: ResyncDocument["progress"]): void; [Symbol.dispose](): void };

export async function openProgress(terminal: Terminal): Promise<Progress> {
  if (!terminal.showsProgress) return { show: () => {}, [Symbol.dispose]: () => {} };
  const { SingleBar } = (await import("cli-progress")).default;
  const bar = new SingleBar({
    format: "[{bar}] {value}/{total} remotes, {files} files, {size}",
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barCompleteChar: "#",
    barIncompleteChar: ".",
  });
  bar.start(1, 0, { files: 0, size: bytesText(0) });
  return {
    show: ({ remotesDone, remotes, files, bytes }) => {
      bar.setTotal(Math.max(1, remotes));
      bar.update(remotesDone, { files, size: bytesText(bytes) });
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
