/** What follows from an error: whether trying again can help, which HTTP status and which exit code it becomes. */
export type ErrorFacts = { readonly retryable: boolean; readonly httpStatus: number; readonly exitCode: number };

/** Every error that crosses a boundary has one of these codes; status, retry and exit code follow from the table. */
export const ERRORS = {
  USAGE: { retryable: false, httpStatus: 400, exitCode: 2 },
  CONFIG_INVALID: { retryable: false, httpStatus: 422, exitCode: 78 },
  LISTEN_REFUSED: { retryable: false, httpStatus: 500, exitCode: 78 },
  SOURCE_UNUSABLE: { retryable: false, httpStatus: 422, exitCode: 78 },
  RSYNC_UNUSABLE: { retryable: false, httpStatus: 503, exitCode: 1 },
  STATE_LOCKED: { retryable: false, httpStatus: 503, exitCode: 1 },
  STATE_UNUSABLE: { retryable: false, httpStatus: 503, exitCode: 1 },
  REMOTE_UNREACHABLE: { retryable: true, httpStatus: 502, exitCode: 1 },
  DAEMON_UNREACHABLE: { retryable: true, httpStatus: 503, exitCode: 3 },
  NOT_FOUND: { retryable: false, httpStatus: 404, exitCode: 4 },
  UNAUTHORISED: { retryable: false, httpStatus: 401, exitCode: 5 },
  FORBIDDEN: { retryable: false, httpStatus: 403, exitCode: 5 },
  REQUEST_INVALID: { retryable: false, httpStatus: 400, exitCode: 2 },
  BODY_INVALID: { retryable: false, httpStatus: 422, exitCode: 2 },
  BODY_TOO_LARGE: { retryable: false, httpStatus: 413, exitCode: 2 },
  MEDIA_TYPE_UNSUPPORTED: { retryable: false, httpStatus: 415, exitCode: 2 },
  METHOD_NOT_ALLOWED: { retryable: false, httpStatus: 405, exitCode: 2 },
  HOST_UNKNOWN: { retryable: false, httpStatus: 421, exitCode: 1 },
  ORIGIN_FOREIGN: { retryable: false, httpStatus: 403, exitCode: 1 },
  IDEMPOTENCY_KEY_REUSED: { retryable: false, httpStatus: 422, exitCode: 2 },
  RATE_LIMITED: { retryable: true, httpStatus: 429, exitCode: 1 },
  NOT_READY: { retryable: true, httpStatus: 503, exitCode: 1 },
  PATH_INVALID: { retryable: false, httpStatus: 422, exitCode: 2 },
  RESYNC_RUNNING: { retryable: true, httpStatus: 409, exitCode: 1 },
  RESYNC_FINISHED: { retryable: false, httpStatus: 409, exitCode: 1 },
  TOKEN_GIVEN: { retryable: false, httpStatus: 409, exitCode: 1 },
  HOLD_DECIDED: { retryable: false, httpStatus: 409, exitCode: 1 },
  WEBHOOK_FORBIDDEN: { retryable: false, httpStatus: 422, exitCode: 2 },
  CURSOR_EXPIRED: { retryable: false, httpStatus: 410, exitCode: 4 },
  WAIT_TIMEOUT: { retryable: true, httpStatus: 504, exitCode: 6 },
  FLUSH_TIMEOUT: { retryable: true, httpStatus: 504, exitCode: 6 },
  OUT_OF_SYNC: { retryable: true, httpStatus: 409, exitCode: 7 },
  STOPPING: { retryable: true, httpStatus: 503, exitCode: 1 },
  INTERNAL: { retryable: false, httpStatus: 500, exitCode: 1 },
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof ERRORS;

/** An error that a person is meant to read: what was attempted, on what, what was found and what to do. */
export class TssyncError extends Error {
  readonly code: ErrorCode;
  /** Facts for machines: problem documents and `--json` carry them. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "TssyncError";
    this.code = code;
    this.details = details;
  }
}
