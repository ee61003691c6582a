/**
 * What a ctime says about a remote that has everything older than a watermark. Every change of an inode sets its ctime; a
 * rename sets it on the moved inode, and the mtime and ctime of both parents.
 */
import type { MarkKind } from "./mark.ts";

export type Verdict = { readonly mark: MarkKind | null; readonly content: boolean };

/** What a look shows of an entry, as far as it counts here. */
export type CtimeEntry = { readonly isDirectory: boolean; readonly isFile: boolean; readonly ctimeMs: number };

const UNCHANGED: Verdict = { mark: null, content: false };

/**
 * What an entry needs. A changed directory in a changed directory may have been moved here with old content: all of it is
 * looked at. Content is assumed written, since size and time can be set back.
 */
export function verdict(entry: CtimeEntry, directoryCtimeMs: number, watermarkMs: number): Verdict {
  if (entry.ctimeMs < watermarkMs) return UNCHANGED;
  if (!entry.isDirectory) return { mark: "path", content: entry.isFile };
  const parentChanged = directoryCtimeMs >= watermarkMs;
  return { mark: parentChanged ? "subtree" : "listing", content: parentChanged };
}

/** Why a watermark cannot be trusted; null: it can. */
export function distrust(watermarkMs: number | null, nowMs: number): string | null {
  if (watermarkMs === null) return "it has no watermark";
  if (watermarkMs > nowMs) return "its watermark lies in the future: the clock was set back";
  return null;
}
