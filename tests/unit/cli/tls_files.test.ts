import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { readTlsFiles } from "../../../src/cli/tls_files.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { tempDir } from "../../support/temp_dir.ts";

test("readTlsFiles() gives the texts of a certificate and its key, and refuses what does not belong together", async () => {
  await using dir = await tempDir();
  for (const name of ["one", "two"]) makeCertificate(dir.at(`${name}.pem`), dir.at(`${name}.key`));
  const certFile = dir.at("one.pem");
  const keyFile = dir.at("one.key");
  expect(readTlsFiles({ certFile, keyFile })).toEqual({
    cert: readFileSync(certFile, "utf8"),
    key: readFileSync(keyFile, "utf8"),
  });
  const said = (files: { certFile?: string; keyFile?: string }) => {
    try {
      readTlsFiles({ certFile, keyFile, ...files });
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(said({ keyFile: dir.at("two.key") })).toContain(
    `two.key: it is not the key of the first certificate in ${certFile}`,
  );
  expect(said({ certFile: dir.at("none") })).toContain("none: the certificate cannot be read: ENOENT");
  writeFileSync(dir.at("text"), "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
  expect(said({ certFile: dir.at("text") })).toContain("text: it holds no certificate in PEM form");
  expect(said({ keyFile: dir.at("text") })).toContain("text: it holds no private key in PEM form");
  expect(said({ keyFile: dir.at("text") })).not.toContain("c2VjcmV0");
});
