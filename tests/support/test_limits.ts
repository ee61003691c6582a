import { setDefaultTimeout } from "bun:test";

/** Only there to end a test that hangs for ever. Tests wait for events, and no test may depend on being quick. */
const TEST_MS_MAX = 120_000;

setDefaultTimeout(TEST_MS_MAX);
