import { expect, test } from "bun:test";
import type { VendorRequest } from "../../../support/vendors/vendor_server.ts";
import { acs3Problem, edgegridProblem, sigv4Problem, tc3Problem } from "../../../support/vendors/signature_problem.ts";

/** Every request is an example that the vendor publishes with its signature. */
function changed(request: VendorRequest): VendorRequest[] {
  const signature = request.headers["authorization"]!;
  const other = signature.replace(
    /([0-9A-Za-z])(=?)$/,
    (_all, last: string, end: string) => `${last === "0" ? "1" : "0"}${end}`,
  );
  return [
    { ...request, headers: { ...request.headers, authorization: other } },
    { ...request, body: `${request.body}x` },
    { ...request, target: `${request.target}x` },
    { ...request, headers: { ...request.headers, authorization: "" } },
  ];
}

test("sigv4Problem() agrees with get-vanilla of AWS's test suite, and with nothing else", () => {
  const account = {
    keyId: "AKIDEXAMPLE",
    secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
    service: "service",
  };
  const request = {
    method: "GET",
    target: "/",
    headers: {
      host: "example.amazonaws.com",
      "x-amz-date": "20150830T123600Z",
      authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
        "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    },
    body: "",
  };
  expect(sigv4Problem(request, account)).toBeNull();
  for (const wrong of changed(request)) expect(sigv4Problem(wrong, account)).not.toBeNull();
});

test("edgegridProblem() agrees with the examples of Akamai's libraries, and with nothing else", () => {
  const account = {
    clientToken: "akab-client-token-xxx-xxxxxxxxxxxxxxxx",
    accessToken: "akab-access-token-xxx-xxxxxxxxxxxxxxxx",
    clientSecret: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=",
  };
  const request = {
    method: "POST",
    target: "/testapi/v1/t3",
    headers: {
      host: "akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net",
      authorization: "EG1-HMAC-SHA256 client_token=akab-client-token-xxx-xxxxxxxxxxxxxxxx;" +
        "access_token=akab-access-token-xxx-xxxxxxxxxxxxxxxx;timestamp=20140321T19:34:21+0000;" +
        "nonce=nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx;signature=hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4=",
    },
    body: "datadatadatadatadatadatadatadata",
  };
  const at = { nowMs: Date.UTC(2014, 2, 21, 19, 34, 21), scheme: "https" };
  expect(edgegridProblem(request, account, at)).toBeNull();
  for (const wrong of changed(request)) expect(edgegridProblem(wrong, account, at)).not.toBeNull();
  expect(edgegridProblem(request, account, { ...at, nowMs: at.nowMs + 600_000 })).toContain("too old");
});

test("acs3Problem() agrees with the example of Aliyun's documents, and with nothing else", () => {
  const account = { keyId: "YourAccessKeyId", secret: "YourAccessKeySecret" };
  const request = {
    method: "POST",
    target: "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
    headers: {
      host: "ecs.cn-shanghai.aliyuncs.com",
      "x-acs-action": "RunInstances",
      "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "x-acs-date": "2023-10-26T10:22:32Z",
      "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
      "x-acs-version": "2014-05-26",
      authorization: "ACS3-HMAC-SHA256 Credential=YourAccessKeyId," +
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
    },
    body: "",
  };
  expect(acs3Problem(request, account)).toBeNull();
  for (const wrong of changed(request)) expect(acs3Problem(wrong, account)).not.toBeNull();
});

test("tc3Problem() agrees with the example of Tencent's documents, and with nothing else", () => {
  const account = {
    keyId: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
    secret: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
    service: "cvm",
  };
  const request = {
    method: "POST",
    target: "/",
    headers: {
      host: "cvm.tencentcloudapi.com",
      "content-type": "application/json; charset=utf-8",
      "x-tc-timestamp": "1551113065",
      authorization: "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, " +
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
    },
    body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
  };
  expect(tc3Problem(request, account, 1_551_113_065_000)).toBeNull();
  for (const wrong of changed(request)) expect(tc3Problem(wrong, account, 1_551_113_065_000)).not.toBeNull();
  expect(tc3Problem(request, account, 1_551_213_065_000)).toContain("timestamp");
});
