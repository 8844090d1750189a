/** A link inside a link, such as the `next` in `https://app.example/login?next=https%3A%2F%2Felsewhere.example`. */
export interface CarriedLink {
  /** Where it stands: the name of the parameter, or "the path". */
  place: string;
  link: string;
}

/** A browser undoes one encoding, and each redirecting page may undo one more. */
const deepestEncoding = 3;

/**
 * Finds the links that a link carries along: an application that forwards to one of them makes the outer host
 * worthless as a promise of where the guest arrives.
 *
 * @param url the outer link
 * @returns the links in its query, fragment and path, also encoded more than once; relative ones are not among them
 */
export function carriedLinks(url: URL): CarriedLink[] {
  const parameters = [...url.searchParams, ...new URLSearchParams(url.hash.replace(/^#[^?]*\??/, ""))];
  const carried = [...parameters, ["the fragment", url.hash.slice(1)], ["the path", url.pathname.slice(1)]] as const;
  return carried.flatMap(([place, text]) => {
    const link = linkIn(text, place === "the path" || place === "the fragment");
    return link === undefined ? [] : [{ place, link }];
  });
}

/** A text that a browser would follow to another host: `https://…`, `//…`, `\\…` or a scheme that runs code. */
function linkIn(text: string, anywhere: boolean): string | undefined {
  const start = anywhere ? "" : "^";
  let decoded = text;
  for (let depth = 0; depth < deepestEncoding; depth++) {
    // Browsers drop tabs and line ends inside a URL and read a backslash as a slash.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    const read = decoded.replaceAll(/[\u0000-\u0020]/g, "").replaceAll("\\", "/");
    const found = new RegExp(`${start}(?:https?:/+|(?:javascript|data|vbscript):).*$`, "i").exec(read)?.[0];
    if (found !== undefined) return found;
    if (!anywhere && /^\/{2,}[^/]/.test(read)) return `https:${read}`;
    const next = decodedOnce(decoded);
    if (next === decoded) return undefined;
    decoded = next;
  }
  return undefined;
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
