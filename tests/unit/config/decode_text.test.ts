import { expect, test } from "bun:test";
import { decodeText } from "../../../src/config/decode_text.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const header = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>\n`;
const bytes = (text: string, ...rest: number[]) => Uint8Array.from([...utf8(text), ...rest]);

test("decodeText() reads UTF-8 under an ISO-8859-1 header as UTF-8", () => {
  const text = `${header("ISO-8859-1")}<!-- 监控 --><head/>`;
  expect(decodeText(utf8(text))).toEqual({ text });
});

test("decodeText() reads bytes that are not UTF-8 as ISO-8859-1 where the header says so", () => {
  expect(decodeText(bytes(header("iso-8859-1"), 0xe9, 0x80))).toEqual({ text: `${header("iso-8859-1")}é\u0080` });
});

test("decodeText() reads other declared encodings", () => {
  expect(decodeText(bytes(header("GBK"), 0xd6, 0xd0))).toEqual({ text: `${header("GBK")}中` });
  expect(decodeText(bytes(`<?xml version='1.0' encoding='windows-1252'?>`, 0x80))).toEqual({
    text: `<?xml version='1.0' encoding='windows-1252'?>€`,
  });
});

test("decodeText() takes a byte order mark for what it is", () => {
  expect(decodeText(Uint8Array.from([0xef, 0xbb, 0xbf, 0x3c]))).toEqual({ text: "<" });
  expect(decodeText(Uint8Array.from([0xff, 0xfe, 0x3c, 0x00, 0x2d, 0x4e]))).toEqual({ text: "<中" });
  expect(decodeText(Uint8Array.from([0xfe, 0xff, 0x00, 0x3c]))).toEqual({ text: "<" });
});

test("decodeText() says where UTF-8 ends", () => {
  const problem = 'it is not valid UTF-8, and its header declares no other encoding (encoding="…")';
  expect(decodeText(bytes("<a>é", 0xe9, 0x41))).toEqual({ problem, offset: 5 });
  expect(decodeText(bytes(header("utf-8"), 0x41, 0xff))).toEqual({ problem, offset: header("utf-8").length + 1 });
  expect(decodeText(bytes("<a>", 0xc3))).toEqual({ problem, offset: 3 });
});

test("decodeText() refuses an encoding that nobody knows", () => {
  expect(decodeText(bytes(header("klingon"), 0xff))).toEqual({
    problem: 'its header declares the unknown encoding "klingon"; write it in UTF-8',
    offset: null,
  });
  expect(decodeText(bytes(header("shift_jis"), 0xff, 0xff))).toEqual({
    problem: "it is not valid shift_jis, which its header declares; write it in UTF-8",
    offset: null,
  });
});
