import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const repository = path.join(import.meta.dirname, "..");

/** Every page for people, by its path in the repository. */
const pages = globSync("**/*.md", {
  cwd: repository,
  exclude: (name) => ["node_modules", ".local", ".git", "golden", "fixtures"].includes(path.basename(name)),
}).map((file) => file.replaceAll("\\", "/"));

/** The page's text without code, in which brackets mean something else. */
function proseOf(markdown: string): string {
  return markdown.replaceAll(/^ *```[\s\S]*?^ *```/gm, "").replaceAll(/`[^`\n]*`/g, "code");
}

/** Links and images of a page that lead into the repository. */
function linksOf(markdown: string): string[] {
  const targets = [...proseOf(markdown).matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map(
    ([, to = ""]) => to,
  );
  return targets.filter((target) => !/^[a-z][a-z+.-]*:|^\/\//i.test(target));
}

/** Files of the repository that a page names without a link, such as `test/http/faults.test.ts`. */
function namedFiles(markdown: string): string[] {
  const folders = "bench|cli|components|docs|model|pipelines|policies|provider|stacks|tenant|test|tools|\\.github";
  const spans = markdown.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]+\\.\\w+)\``, "g"));
  // A word in capitals stands for what the reader has, as in `guests.STACK.json`.
  return [...spans].map(([, file = ""]) => file).filter((file) => !file.includes("STACK"));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = markdown.replaceAll(/^ *```[\s\S]*?^ *```/gm, "").matchAll(/^#{1,6} +(.+?) *#*$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) => {
      const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
      const slug = text.replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(" ", "-");
      const before = seen.get(slug) ?? 0;
      seen.set(slug, before + 1);
      return before === 0 ? slug : `${slug}-${before}`;
    }),
  );
}

/** Why a link of a page leads nowhere, or `undefined`. */
function brokenLink(page: string, link: string): string | undefined {
  const [file = "", anchor] = link.split("#", 2);
  const target =
    file === "" ? path.join(repository, page) : path.resolve(repository, path.dirname(page), decodeURI(file));
  if (!existsSync(target)) return `${page}: there is no ${link}`;
  if (anchor === undefined || statSync(target).isDirectory() || !target.endsWith(".md")) return undefined;
  return anchorsOf(readFileSync(target, "utf8")).has(anchor) ? undefined : `${page}: no heading makes ${link}`;
}

describe("docs/README.md", () => {
  const index = linksOf(readFileSync(path.join(repository, "docs", "README.md"), "utf8"));
  const listed = new Set(index.map((link) => path.posix.join("docs", link.replace(/#.*/, ""))));

  it.each(pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md"))(
    "answers a question with %s",
    (page) => expect([...listed]).toContain(page),
  );

  it.each([...listed].filter((page) => page.startsWith("docs/") || page.endsWith("/README.md")))(
    "leads to %s, which says in its first lines when to read it",
    (page) => {
      const [, first = ""] = readFileSync(path.join(repository, page), "utf8").split(/^# .+\n\s*/m);
      expect(first).toMatch(/^Read this (when|before|to) /);
    },
  );
});

describe("the pages", () => {
  it.each(pages)("%s names files and headings that exist", (page) => {
    const text = readFileSync(path.join(repository, page), "utf8");
    const broken = linksOf(text).map((link) => brokenLink(page, link));
    expect(broken.filter((problem) => problem !== undefined)).toEqual([]);
    expect(namedFiles(text).filter((file) => !existsSync(path.join(repository, file)))).toEqual([]);
  });

  it("are read: they have many links, and one that leads nowhere is found", () => {
    expect(pages).toContain("docs/access.md");
    const links = pages.flatMap((page) => linksOf(readFileSync(path.join(repository, page), "utf8")));
    expect(links.length).toBeGreaterThan(50);
    expect(linksOf("[a](b.md), `[c](d.md)`, [e](https://f.example), ![g](h.png)")).toEqual(["b.md", "h.png"]);
    expect(brokenLink("docs/access.md", "../components/access/built-in-roles.ts")).toContain("there is no");
    expect(brokenLink("docs/access.md", "policies.md#no-such-heading")).toContain("no heading");
    expect(brokenLink("docs/access.md", "#permissions")).toBeUndefined();
  });
});
