import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** A FIFO or a link that took the file's place is neither waited for nor followed. */
const FILE_ITSELF = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** So much is read at once: large enough that the disk is the limit, small enough to let others in. */
const CHUNK_BYTES = 256 * 1024;
const NO_FILE: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"]);

/** SHA-256 of a regular file's content in hex; null when there is none at the path. Rejects with the signal's reason. */
export async function fileSha256(path: string | Buffer, signal: AbortSignal): Promise<string | null> {
  const file = await open(path, FILE_ITSELF).catch((error: NodeJS.ErrnoException) => {
    if (NO_FILE.has(error.code ?? "")) return null;
    throw error;
  });
  if (file === null) return null;
  try {
    if (!(await file.stat()).isFile()) return null;
    const hash = createHash("sha256");
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
