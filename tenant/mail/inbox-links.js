// maildev shows a mail in a frame whose sandbox lets no link of it open. This opens them, in a new tab, from outside.
document.addEventListener(
  "load",
  ({ target }) => {
    if (!(target instanceof HTMLIFrameElement)) return;
    target.contentDocument?.addEventListener("click", (event) => {
      const link = /** @type {Element} */ (event.target).closest("a[href]");
      const address = link?.getAttribute("href") ?? "";
      if (!/^https?:/i.test(address)) return;
      event.preventDefault();
      window.open(address, "_blank", "noopener,noreferrer");
    });
  },
  // A frame's load event does not bubble.
  true,
);
