/**
 * A store whose disk may be full or gone: mirroring goes on, what could not be remembered is told. A forgotten watermark or
 * resync record costs a longer search after a restart, never a change; a failure that cannot be recorded is reported to the
 * caller, who must keep it.
 */
import type { Log, Store } from "../ports.ts";

/** What a write gives when it fails. */
const FORGETFUL = {
  writeMeta: () => undefined,
  writeRemote: () => undefined,
  writeMarks: () => undefined,
  clearFailures: () => 0,
  deleteFailure: () => false,
  writeResync: () => undefined,
  deleteEvents: () => undefined,
  recordProcess: () => undefined,
  forgetProcess: () => undefined,
} as const satisfies { readonly [Name in keyof Store]?: (...args: never[]) => unknown };

/** Wraps the store; `trouble` says why the last write failed, null when it did not. */
export function guardStore(
  store: Store,
  log: Log,
): { readonly store: Store; readonly trouble: { reason: string | null } } {
  const trouble = { reason: null as string | null };
  const guarded = new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== "function") return member;
      const call = (...args: unknown[]) => Reflect.apply(member, target, args) as unknown;
      if (!(name in FORGETFUL)) return call;
      return (...args: unknown[]) => {
        try {
          const result = call(...args);
          recovered();
          return result;
        } catch (error) {
          failed(error as Error);
          return FORGETFUL[name as keyof typeof FORGETFUL]();
        }
      };
    },
  });
  return { store: guarded, trouble };

  function failed(error: Error): void {
    if (trouble.reason === null) {
      log.write("error", `the state database cannot be written, mirroring goes on without it: ${error.message}`);
    }
    trouble.reason = error.message;
  }

  function recovered(): void {
    if (trouble.reason !== null) log.write("info", "the state database can be written again");
    trouble.reason = null;
  }
}
