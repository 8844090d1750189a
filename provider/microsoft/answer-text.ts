import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";

/** An HTTP answer, as far as its text is concerned. */
interface Answer {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: { arrayBuffer(): Promise<ArrayBuffer> };
}

/** The text of an answer, which something in between may have compressed without being asked. */
export async function textOf({ headers, body }: Answer): Promise<string> {
  const bytes = Buffer.from(await body.arrayBuffer());
  if (bytes.length === 0) return "";
  const encoding = headers["content-encoding"]?.toString().toLowerCase() ?? "identity";
  const decode = { gzip: gunzipSync, "x-gzip": gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[encoding];
  return (decode === undefined ? bytes : decode(bytes)).toString("utf8");
}
