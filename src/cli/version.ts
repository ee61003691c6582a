import packageJson from "../../package.json" with { type: "json" };

/** Put in place by compile.sh; a run from the sources has no such name. */
declare const TSSYNC_COMMIT: string | undefined;

/** Version of this tssync, as in package.json. */
export const VERSION: string = packageJson.version;

/**
 * Commit the executable was built from, 12 hex digits, with `-modified` when the sources had changes besides.
 * `unknown` when tssync runs from its sources.
 */
export const COMMIT: string = typeof TSSYNC_COMMIT === "string" ? TSSYNC_COMMIT : "unknown";
