/** Akamai Fast Purge v3, signed with EdgeGrid by the vendor's package. */
import { type CdnDialect, jsonOf, resultOfStatus, textOf } from "./cdn_dialect.ts";

/** What the package leaves in a request that it has signed. */
type SignedRequest = { readonly headers: Readonly<Record<string, string>> };

export const akamai: CdnDialect = {
  request: async ({ kind, values }, { endpoint, network, soft, secrets }) => {
    const { default: EdgeGrid } = await import("akamai-edgegrid");
    const signer = new EdgeGrid(
      secrets["AKAMAI_CLIENT_TOKEN"] ?? "",
      secrets["AKAMAI_CLIENT_SECRET"] ?? "",
      secrets["AKAMAI_ACCESS_TOKEN"] ?? "",
      endpoint,
    );
    // It takes every host for an https one; a gateway of one's own may not be.
    signer.config = { ...signer.config, host: endpoint };
    const path = `/ccu/v3/${soft ? "invalidate" : "delete"}/${kind}/${network}`;
    const body = JSON.stringify({ objects: values });
    signer.auth({ path, method: "POST", headers: { "Content-Type": "application/json" }, body });
    const { headers } = signer.request as SignedRequest;
    return { method: "POST", url: new URL(endpoint + path), headers, body };
  },
  result: (batch, answer, nowMs) => {
    const json = jsonOf(answer);
    return resultOfStatus(batch, answer, {
      nowMs,
      message: textOf(json?.["detail"]) || textOf(json?.["title"]),
      reference: textOf(json?.["purgeId"]) || null,
    });
  },
};
