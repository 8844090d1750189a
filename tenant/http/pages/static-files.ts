import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PageRequest, PageRoute } from "./route.ts";

const stylesheet = readFileSync(new URL("style.css", import.meta.url), "utf8");
const icon = readFileSync(new URL("icon.svg", import.meta.url), "utf8");

/** The addresses change with the content, so browsers may keep it for good. */
export const stylesheetPath = `/pages/${version(stylesheet)}/style.css`;
export const iconPath = `/pages/${version(icon)}/icon.svg`;

export function staticFileRoutes(): PageRoute[] {
  return [
    { method: "GET", path: stylesheetPath, handle: (c) => answer(c, stylesheet, "text/css; charset=utf-8") },
    { method: "GET", path: iconPath, handle: (c) => answer(c, icon, "image/svg+xml") },
  ];
}

function answer(c: PageRequest, content: string, type: string): Response {
  return c.body(content, 200, { "Content-Type": type, "Cache-Control": "public, max-age=31536000, immutable" });
}

/** In lower case, because paths are compared so. */
function version(content: string): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}
