/** ChinaCache: the interface that sersync's users know, and the newer one. Known from public programs that call them. */
import { allRefused } from "../core/purge.ts";
import { type CdnDialect, jsonOf, resultOfStatus, textOf } from "./cdn_dialect.ts";

/** A form; by POST, so that the password stands in no address. Success is told in a header, in the body, or in both. */
export const chinacache: CdnDialect = {
  request: ({ kind, values }, { endpoint, secrets }) => ({
    method: "POST",
    url: new URL(`${endpoint}/index.jsp`),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      user: secrets["CHINACACHE_USERNAME"] ?? "",
      pswd: secrets["CHINACACHE_PASSWORD"] ?? "",
      ok: "ok",
      [kind === "url" ? "urls" : "dirs"]: values.join("\r\n"),
    }).toString(),
  }),
  result: (batch, answer, nowMs) => {
    const { status } = answer;
    const exceeded = answer.header(batch.kind === "url" ? "urlexceed" : "direxceed");
    if (exceeded !== null) {
      return allRefused(batch, {
        retryable: true,
        status,
        pauseMs: QUOTA_PAUSE_MS,
        message: `its quota is used up (${batch.kind === "url" ? "urlexceed" : "direxceed"}: ${exceeded})`,
      });
    }
    if (status < 200 || status >= 300) return resultOfStatus(batch, answer, { nowMs });
    const header = answer.header("whatsup") ?? "";
    const accepted = new RegExp(`<${batch.kind === "url" ? "url" : "dir"}>\\s*(\\d+)`).exec(answer.body)?.[1];
    if (header.includes("succeed") || (accepted !== undefined && Number(accepted) >= batch.values.length)) {
      return resultOfStatus(batch, answer, { nowMs });
    }
    const message = header !== ""
      ? `it says "${header}"`
      : accepted !== undefined
      ? `it took ${accepted} of ${batch.values.length}`
      : "it says neither in a header nor in its answer that it succeeded";
    return allRefused(batch, { retryable: true, status, message });
  },
};

/** Its quotas are by the hour and by ten minutes. */
const QUOTA_PAUSE_MS = 600_000;

export const chinacache2: CdnDialect = {
  request: ({ kind, values }, { endpoint, secrets }) => ({
    method: "POST",
    url: new URL(`${endpoint}/content/refresh`),
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      username: secrets["CHINACACHE_USERNAME"],
      password: secrets["CHINACACHE_PASSWORD"],
      task: { urls: kind === "url" ? values : [], dirs: kind === "directory" ? values : [] },
    }),
  }),
  result: (batch, answer, nowMs) => {
    const json = jsonOf(answer);
    const reference = textOf(json?.["r_id"]) || null;
    if (answer.status >= 200 && answer.status < 300 && reference === null) {
      return allRefused(batch, { retryable: true, status: answer.status, message: "it answered without an r_id" });
    }
    const result = resultOfStatus(batch, answer, { nowMs, message: textOf(json?.["message"]), reference });
    const invalids = Array.isArray(json?.["invalids"]) ? json["invalids"] as readonly unknown[] : [];
    if (result.refused.length > 0 || invalids.length === 0) return result;
    // What was not taken is known only as far as the answer repeats it.
    const told = JSON.stringify(invalids);
    const refused = batch.values.filter((value) => told.includes(JSON.stringify(value).slice(1, -1)));
    const message = "it calls the address invalid";
    return {
      ...result,
      refused: (refused.length > 0 ? refused : batch.values).map((value) => ({ value, retryable: false, message })),
    };
  },
};
