import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import type { ConfigurationDisk, DiskProbe } from "../config/configuration_disk.ts";
import type { BytePath } from "../core/path.ts";
import { pathToBytes } from "../core/path.ts";

/** The disk of this machine, as the checks of a configuration see it. */
export const machineDisk: ConfigurationDisk = {
  userId: process.geteuid?.() ?? 0,
  probe,
};

async function probe(path: BytePath): Promise<DiskProbe> {
  const bytes = Buffer.from(pathToBytes(path));
  try {
    const found = await stat(bytes, { bigint: true });
    const kind = found.isDirectory() ? "directory" : found.isFile() ? "file" : "other";
    const wanted = kind === "directory" ? constants.R_OK | constants.X_OK : constants.R_OK;
    return {
      found: true,
      kind,
      identity: `${found.dev}:${found.ino}`,
      mode: Number(found.mode & 0o7777n),
      ownerId: Number(found.uid),
      readable: await access(bytes, wanted).then(() => true, () => false),
      realPath: (await realpath(bytes, { encoding: "buffer" })).toString("latin1") as BytePath,
    };
  } catch (error) {
    return { found: false, code: error instanceof Error && "code" in error ? String(error.code) : "EIO" };
  }
}
