/** What the C library knows about text: POSIX regular expressions, dates, messages of errors, the system's log. */
import { Buffer } from "node:buffer";
import { constants } from "node:os";

/** Functions of the C library by their parameters; every result is taken as an `int`. `libc_*.ts` open them. */
export const TEXT_FUNCTIONS = {
  regcomp: ["buffer", "buffer", "int"],
  regexec: ["buffer", "buffer", "size", "buffer", "int"],
  localtime_r: ["buffer", "buffer"],
  strftime: ["buffer", "size", "buffer", "buffer"],
  __xpg_strerror_r: ["int", "buffer", "size"],
  openlog: ["buffer", "int", "int"],
  syslog: ["int", "buffer", "buffer"],
} as const satisfies Record<string, readonly TextParameter[]>;

export type TextParameter = "buffer" | "int" | "size";
type Argument = { buffer: Uint8Array | null; int: number; size: number };
type ArgumentsOf<T extends readonly TextParameter[]> = { [I in keyof T]: Argument[T[I]] };
export type TextCalls = {
  readonly [N in keyof typeof TEXT_FUNCTIONS]: (...args: ArgumentsOf<typeof TEXT_FUNCTIONS[N]>) => number;
};

/** Text has one character per byte throughout. */
export interface LibcText {
  /** A POSIX extended regular expression that tells whether it is found anywhere in a text; null: it is none. */
  compileExpression(pattern: string, ignoreCase: boolean): ((text: string) => boolean) | null;
  /** Local time in the form of `strftime`; null where that gives nothing. */
  formatTime(format: string, seconds: number): string | null;
  /** The message of an error code such as ENOENT. */
  errorText(code: string): string;
  /** Opens the system's log under a name; the function writes a line with priority info. */
  openSystemLog(name: string): (line: string) => void;
}

/** Room for a `regex_t` or a `struct tm`: 64 and 56 bytes in glibc and in musl, whose flags are equal too. */
const STRUCT_BYTES = 256;
const REG_EXTENDED = 1;
const REG_ICASE = 2;
const REG_NOSUB = 8;
const TEXT_BYTES_MAX = 4096;
const LOG_INFO = 6;
/** `LOG_PID | LOG_CONS | LOG_NDELAY`, and the facility for daemons. */
const LOG_OPTIONS = 0x01 | 0x02 | 0x08;
const LOG_DAEMON = 3 << 3;

export function libcText(calls: TextCalls): LibcText {
  return {
    compileExpression(pattern, ignoreCase) {
      const expression = new Uint8Array(STRUCT_BYTES);
      const flags = REG_EXTENDED | REG_NOSUB | (ignoreCase ? REG_ICASE : 0);
      if (calls.regcomp(expression, cText(pattern), flags) !== 0) return null;
      return (text) => calls.regexec(expression, cText(text), 0, null, 0) === 0;
    },
    formatTime(format, seconds) {
      const time = new Uint8Array(new BigInt64Array([BigInt(Math.floor(seconds))]).buffer);
      const parts = new Uint8Array(STRUCT_BYTES);
      calls.localtime_r(time, parts);
      const text = new Uint8Array(TEXT_BYTES_MAX);
      const length = calls.strftime(text, TEXT_BYTES_MAX - 1, cText(format), parts);
      return length > 0 ? Buffer.from(text.subarray(0, length)).toString("latin1") : null;
    },
    errorText(code) {
      const number = (constants.errno as Readonly<Record<string, number>>)[code];
      if (number === undefined) return code;
      const text = new Uint8Array(TEXT_BYTES_MAX);
      calls.__xpg_strerror_r(number, text, TEXT_BYTES_MAX);
      return Buffer.from(text.subarray(0, text.indexOf(0))).toString("latin1");
    },
    openSystemLog(name) {
      const ident = cText(name); // The C library keeps the pointer: held by the function below.
      calls.openlog(ident, LOG_OPTIONS, LOG_DAEMON);
      const asItIs = cText("%s");
      return (line) => {
        if (ident.length > 0) calls.syslog(LOG_INFO, asItIs, cText(line));
      };
    },
  };
}

function cText(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, "latin1");
}
