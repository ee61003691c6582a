import { many, once, required, withDefault } from "./schema_rule.ts";
import { eventTypes, httpUrl, identifier, networks, seconds, secretPlace, wholeNumber, wordList } from "./value.ts";

/** A page of events is some 500 KB. */
const BATCH_MAX = 1_000;
const BATCH_WAIT_SECONDS_MAX = 300;

const webhook = many(
  "One endpoint that gets signed requests (Standard Webhooks), always on. Others can be made through the API.",
  {
    name: required(identifier, { meaning: "Its name in the status and among the deliveries.", example: "deploy" }),
    url: required(httpUrl, { meaning: "Where the events go.", example: "https://hooks.example.com/tssync" }),
    types: withDefault(eventTypes, "", {
      meaning: "Which events (`tssync.file.*` for several). Empty: all.",
      example: "tssync.file.synced_all",
    }),
    roots: withDefault(wordList, "", { meaning: "Only of these roots. Empty: all.", example: "www" }),
    secret: required(secretPlace, {
      meaning:
        "Where the secret stands, `whsec_…`. A relative path is looked for in systemd's `$CREDENTIALS_DIRECTORY` " +
        "first.",
      example: "file:/etc/tssync/deploy.secret",
    }),
    batch: withDefault(wholeNumber(1, BATCH_MAX, "events"), "1", {
      meaning: "Events in one request at most. Above 1 the body is an array, as CloudEvents says.",
      example: "100",
    }),
    batchWait: withDefault(seconds(0, BATCH_WAIT_SECONDS_MAX), "1", {
      meaning: "Seconds that a batch is waited for.",
      example: "1",
    }),
  },
);

export const WEBHOOKS = once("Signed requests that tell of what happened.", {
  allow: withDefault(networks, "", {
    meaning:
      "Networks that webhooks may go to although they are not part of the public internet, or over plain http. The " +
      "address that a name resolves to counts. `--webhook-allow` adds to it.",
    example: "10.0.0.0/8, fd00::/8",
  }),
}, { webhook });
