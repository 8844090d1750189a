/** Graph takes any absolute URL to redirect to; a browser is sent only to a web page. */
export function isWebAddress(url: string): boolean {
  return ["https:", "http:"].includes(new URL(url).protocol);
}
