import { createHash, createHmac } from "node:crypto";
import { headerOf, type VendorRequest } from "./vendor_server.ts";

/**
 * The signatures of vendors, checked as their servers do: each written from the published text alone, so that it shares no mistake with
 * the package that signs. Each gives what is wrong with a request; null: its signature holds.
 */

/** AWS Signature Version 4, from "Create a signed AWS API request". */
export function sigv4Problem(
  request: VendorRequest,
  account: { readonly keyId: string; readonly secret: string; readonly region: string; readonly service: string },
): string | null {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
      .exec(headerOf(request, "authorization"));
  if (match === null) return "no AWS4 authorization";
  const [, keyId, day, region, service, signedHeaders = "", signature] = match;
  if (keyId !== account.keyId) return `unknown key ${keyId}`;
  if (region !== account.region || service !== account.service) return `scope ${region}/${service}`;
  const date = headerOf(request, "x-amz-date");
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day!)) return `date ${date}`;
  const names = signedHeaders.split(";");
  if (!names.includes("host") || !names.includes("x-amz-date")) return `signed headers ${signedHeaders}`;
  if (headerOf(request, "x-amz-security-token") !== "" && !names.includes("x-amz-security-token")) {
    return "the session token is not signed";
  }

  const [path = "", query = ""] = request.target.split("?");
  const canonical = [
    request.method,
    path.split("/").map(encodeURIComponent).join("/"),
    query,
    ...names.map((name) => `${name}:${headerOf(request, name).trim().replace(/\s+/g, " ")}`),
    "",
    signedHeaders,
    createHash("sha256").update(request.body).digest("hex"),
  ].join("\n");
  const text = [
    "AWS4-HMAC-SHA256",
    date,
    `${day}/${region}/${service}/aws4_request`,
    createHash("sha256").update(canonical).digest("hex"),
  ].join("\n");
  let key: string | Buffer = `AWS4${account.secret}`;
  for (const part of [day!, region, service, "aws4_request"]) key = createHmac("sha256", key).update(part).digest();
  const wanted = createHmac("sha256", key).update(text).digest("hex");
  return wanted === signature ? null : "the signature does not match";
}

const BODY_SIGNED_MAX = 131_072;

/** Akamai's EdgeGrid, from "Authenticate with EdgeGrid". */
export function edgegridProblem(
  request: VendorRequest,
  account: { readonly clientToken: string; readonly accessToken: string; readonly clientSecret: string },
  { nowMs, scheme = "http" }: { readonly nowMs: number; readonly scheme?: string },
): string | null {
  const header = headerOf(request, "authorization");
  const match =
    /^(EG1-HMAC-SHA256 client_token=([^;]+);access_token=([^;]+);timestamp=([^;]+);nonce=([^;]+);)signature=(\S+)$/
      .exec(
        header,
      );
  if (match === null) return "no EG1 authorization";
  const [, unsigned = "", clientToken, accessToken, timestamp = "", , signature] = match;
  if (clientToken !== account.clientToken || accessToken !== account.accessToken) return "unknown tokens";
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d:\d\d:\d\d)\+0000$/.exec(timestamp);
  if (time === null) return `timestamp ${timestamp}`;
  const atMs = Date.parse(`${time[1]}-${time[2]}-${time[3]}T${time[4]}Z`);
  // The vendor allows for 30 seconds; a busy machine for a little more.
  if (Math.abs(atMs - nowMs) > 60_000) return `the timestamp ${timestamp} is too old`;

  const content = request.method === "POST" && request.body !== ""
    ? createHash("sha256").update(Buffer.from(request.body, "utf8").subarray(0, BODY_SIGNED_MAX)).digest("base64")
    : "";
  const data = [request.method, scheme, headerOf(request, "host"), request.target, "", content, unsigned].join("\t");
  const key = createHmac("sha256", account.clientSecret).update(timestamp).digest("base64");
  const wanted = createHmac("sha256", key).update(data).digest("base64");
  return wanted === signature ? null : "the signature does not match";
}

/** Aliyun's ACS3-HMAC-SHA256, from "V3 request syntax and signature". */
export function acs3Problem(
  request: VendorRequest,
  account: { readonly keyId: string; readonly secret: string },
): string | null {
  const match = /^ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(
    headerOf(request, "authorization"),
  );
  if (match === null) return "no ACS3 authorization";
  const [, keyId, signedHeaders = "", signature] = match;
  if (keyId !== account.keyId) return `unknown key ${keyId}`;
  const digest = createHash("sha256").update(request.body).digest("hex");
  if (headerOf(request, "x-acs-content-sha256") !== digest) return "the digest of the body does not match";
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(headerOf(request, "x-acs-date"))) return "no date";
  if (headerOf(request, "x-acs-signature-nonce") === "") return "no nonce";
  const mustBeSigned = Object.keys(request.headers)
    .filter((name) => name === "host" || name === "content-type" || name.startsWith("x-acs-")).sort();
  if (mustBeSigned.join(";") !== signedHeaders) return `signed headers ${signedHeaders}, not ${mustBeSigned.join(";")}`;

  const [path = "", query = ""] = request.target.split("?");
  const canonicalQuery = query.split("&").sort().join("&");
  const headers = mustBeSigned.map((name) => `${name}:${headerOf(request, name).trim()}\n`).join("");
  const canonical = [request.method, path, canonicalQuery, headers, signedHeaders, digest].join("\n");
  const text = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  const wanted = createHmac("sha256", account.secret).update(text).digest("hex");
  return wanted === signature ? null : "the signature does not match";
}

/** Tencent's TC3-HMAC-SHA256, from "Signature v3". */
export function tc3Problem(
  request: VendorRequest,
  account: { readonly keyId: string; readonly secret: string; readonly service: string },
  nowMs: number,
): string | null {
  const match =
    /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d\d-\d\d)\/([^/]+)\/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
      .exec(headerOf(request, "authorization"));
  if (match === null) return "no TC3 authorization";
  const [, keyId, day = "", service, signedHeaders = "", signature] = match;
  if (keyId !== account.keyId) return `unknown key ${keyId}`;
  if (service !== account.service) return `service ${service}`;
  const timestamp = headerOf(request, "x-tc-timestamp");
  const atMs = Number(timestamp) * 1_000;
  // The vendor allows for five minutes.
  if (!(Math.abs(atMs - nowMs) < 300_000)) return `timestamp ${timestamp}`;
  if (new Date(atMs).toISOString().slice(0, 10) !== day) return `the day ${day} is not that of the timestamp`;
  const names = signedHeaders.split(";");
  if (!names.includes("host") || !names.includes("content-type")) return `signed headers ${signedHeaders}`;

  const [path = "", query = ""] = request.target.split("?");
  const headers = names.map((name) => `${name}:${headerOf(request, name).trim().toLowerCase()}\n`).join("");
  const digest = createHash("sha256").update(request.body).digest("hex");
  const canonical = [request.method, path, query, headers, signedHeaders, digest].join("\n");
  const text = [
    "TC3-HMAC-SHA256",
    timestamp,
    `${day}/${service}/tc3_request`,
    createHash("sha256").update(canonical).digest("hex"),
  ].join("\n");
  let key: string | Buffer = `TC3${account.secret}`;
  for (const part of [day, service, "tc3_request"]) key = createHmac("sha256", key).update(part).digest();
  const wanted = createHmac("sha256", key).update(text).digest("hex");
  return wanted === signature ? null : "the signature does not match";
}
