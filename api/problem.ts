import { ERRORS } from "../src/core/error.ts";
import type { ErrorCode, TssyncError } from "../src/core/error.ts";

/** What a problem is called, whatever the case at hand (RFC 9457 `title`). */
const TITLES = {
  USAGE: "The request cannot be understood",
  CONFIG_INVALID: "The configuration is not valid",
  LISTEN_REFUSED: "The address cannot be listened on",
  SOURCE_UNUSABLE: "The source cannot be used",
  RSYNC_UNUSABLE: "rsync cannot be used",
  STATE_LOCKED: "Another instance uses the state directory",
  STATE_UNUSABLE: "The state directory cannot be used",
  REMOTE_UNREACHABLE: "The remote cannot be reached",
  DAEMON_UNREACHABLE: "The daemon cannot be reached",
  NOT_FOUND: "There is no such thing",
  UNAUTHORISED: "A valid token is needed",
  FORBIDDEN: "The token's scope is too weak",
  REQUEST_INVALID: "The request is not valid",
  BODY_INVALID: "The body does not say what is expected",
  BODY_TOO_LARGE: "The body is too large",
  MEDIA_TYPE_UNSUPPORTED: "The body's media type is not supported",
  METHOD_NOT_ALLOWED: "The method is not allowed here",
  HOST_UNKNOWN: "This host name is not ours",
  ORIGIN_FOREIGN: "Requests from this origin are refused",
  IDEMPOTENCY_KEY_REUSED: "The idempotency key was used for another request",
  RATE_LIMITED: "Too many requests",
  NOT_READY: "Not ready",
  PATH_INVALID: "The path is not valid",
  RESYNC_RUNNING: "A resync of the same scope is running",
  RESYNC_FINISHED: "The resync has ended",
  TOKEN_GIVEN: "This token cannot be revoked here",
  HOLD_DECIDED: "The hold was decided before",
  WEBHOOK_FORBIDDEN: "A webhook may not go there",
  CURSOR_EXPIRED: "Events behind this cursor cannot be read",
  WAIT_TIMEOUT: "What was waited for has not ended in time",
  FLUSH_TIMEOUT: "The flush did not end in time",
  OUT_OF_SYNC: "Source and remote differ",
  STOPPING: "The daemon is stopping",
  INTERNAL: "Something failed inside",
} as const satisfies Record<ErrorCode, string>;

/** A problem document. Beside these members it carries the facts of its kind, such as the `id` of a running resync. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable, for programs: the error code in kebab case. */
  readonly code: string;
  readonly detail: string;
  readonly [fact: string]: unknown;
};

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** Seconds after which a request that was refused for the moment may be tried again. */
const RETRY_AFTER_SECONDS = "1";

/** `FLUSH_TIMEOUT` becomes `flush-timeout`. */
export function problemCode(code: ErrorCode): string {
  return code.toLowerCase().replaceAll("_", "-");
}

/** The other way round; null for a code that this version does not know. */
export function errorCodeOf(problem: string): ErrorCode | null {
  const code = problem.toUpperCase().replaceAll("-", "_");
  return Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : null;
}

export function problemOf(error: TssyncError): Problem {
  const code = problemCode(error.code);
  return {
    ...error.details,
    type: `urn:tssync:problem:${code}`,
    title: TITLES[error.code],
    status: ERRORS[error.code].httpStatus,
    code,
    detail: error.message,
  };
}

/** The answer that tells of `error`. */
export function problemResponse(error: TssyncError, headers: Record<string, string> = {}): Response {
  const problem = problemOf(error);
  const known = error.details["retryAfterSeconds"];
  const retryAfter = typeof known === "number" ? String(known) : problem.status === 503 ? RETRY_AFTER_SECONDS : null;
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "content-type": PROBLEM_MEDIA_TYPE,
      ...(retryAfter === null ? {} : { "retry-after": retryAfter }),
      ...headers,
    },
  });
}
