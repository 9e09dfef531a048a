// Follows the builds of `portal serve`. The server adds this script to a page on its way out; it is never published.
(() => {
  "use strict";

  const script = document.currentScript;
  const { whole } = script.dataset;
  let { shape } = script.dataset;
  let moment = script.dataset.moment;
  let stream = null;
  let doubt = false;
  let work = Promise.resolve();

  // Addresses -------------------------------------------------------------------------------------------------------

  const pathOf = (address) => {
    const url = new URL(address, location.href);
    if (url.origin !== location.origin) return null;
    try {
      return plain(decodeURIComponent(url.pathname));
    } catch {
      return plain(url.pathname);
    }
  };
  const plain = (path) => path.replace(/\/(index\.html)?$/, "");

  /** What this page loaded, stylesheets apart: they are exchanged, not reloaded. */
  const loaded = () => {
    const named = performance.getEntriesByType("resource").map((entry) => entry.name);
    const own = pathOf(location.href);
    return named.map(pathOf).filter((path) => path !== null && path !== own && !path.endsWith(".css"));
  };

  const leaving = new WeakSet();
  const stylesheets = (page) =>
    [...page.querySelectorAll('link[rel~="stylesheet" i][href]')].filter((link) => !leaving.has(link));

  // Pages -----------------------------------------------------------------------------------------------------------

  /** Whether this page, or something that it loaded, is among the changed; null means that nobody knows. */
  const concerned = (changed) => {
    if (changed === null || doubt) return true;
    const mine = [pathOf(location.href), ...loaded(), ...stylesheets(document).map((link) => pathOf(link.href))];
    // A page for what is absent is the site's own, at any address.
    return mine.some((path) => changed.has(path)) || [...changed].some((path) => path.endsWith("/404.html"));
  };

  const refresh = async (changed) => {
    if (!concerned(changed)) return;
    doubt = true;
    const response = await fetch(location.href, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const theirs = fresh.querySelector(`script[src="${script.getAttribute("src")}"]`);
    doubt = false;
    const known = changed ?? new Set();
    const other = theirs === null || theirs.dataset.shape !== shape;
    const kept = !loaded().some((path) => known.has(path));
    if (!other && kept && exchanged(fresh, known)) return;
    if (theirs === null || !kept || !replaced(fresh, theirs)) location.reload();
  };

  /** The scripts of a page beside ours; those with `data-lasting` begin again on whatever a page is given. */
  const scripts = (page, own) => [...page.scripts].filter((one) => one !== own);
  const lasting = (one) => one.nodeName === "SCRIPT" && "lasting" in one.dataset && one.parentNode?.nodeName === "HEAD";
  const names = (found) => found.map((one) => one.getAttribute("src")).join("\n");

  /** Put the fresh page in the place of ours, which is quicker than to load it; false where scripts are at work. */
  const replaced = (fresh, theirs) => {
    const [mine, others] = [scripts(document, script), scripts(fresh, theirs)];
    if (![...mine, ...others].every(lasting) || names(mine) !== names(others)) return false;
    if (!exchanged(fresh, new Set())) return false;
    const kept = (node) => lasting(node) || node.nodeName === "LINK" && node.relList.contains("stylesheet");
    for (const node of [...document.head.childNodes]) if (node !== script && !kept(node)) node.remove();
    for (const node of [...fresh.head.childNodes]) if (node !== theirs && !kept(node)) document.head.append(node);
    document.documentElement.lang = fresh.documentElement.lang;
    const ours = document.body;
    for (const node of [...ours.childNodes]) if (node !== script) node.remove();
    for (const node of [...fresh.body.childNodes]) if (node !== theirs) ours.append(node);
    for (const { name } of [...ours.attributes]) ours.removeAttribute(name);
    for (const { name, value } of fresh.body.attributes) ours.setAttribute(name, value);
    shape = theirs.dataset.shape;
    document.dispatchEvent(new Event("portal-fresh"));
    return true;
  };

  /** Put the stylesheets of the fresh page in the place of ours; false if they do not correspond. */
  const exchanged = (fresh, changed) => {
    const ours = stylesheets(document);
    const theirs = stylesheets(fresh);
    if (ours.length !== theirs.length) return false;
    ours.forEach((old, index) => {
      const goal = new URL(theirs[index].getAttribute("href"), location.href);
      const same = pathOf(goal.href) === pathOf(old.href);
      if (same && !changed.has(pathOf(goal.href))) return;
      if (same) goal.searchParams.set("v", moment);
      const next = document.importNode(theirs[index]);
      next.href = goal.href;
      leaving.add(old);
      // The old one stays until the new one is there, so that the page is never bare.
      next.addEventListener("load", () => old.remove());
      next.addEventListener("error", () => old.remove());
      old.after(next);
    });
    return true;
  };

  // The overlay -----------------------------------------------------------------------------------------------------

  const STYLE = `
    :host { all: initial; }
    section { position: fixed; inset: auto 0 0 0; max-height: 60vh; overflow: auto; z-index: 2147483647;
      box-sizing: border-box; padding: 12px 16px 20px; background: #1d1d1f; color: #f5f5f7; border-top: 4px solid #ff6b5e;
      font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; overflow-wrap: anywhere; }
    section.whole { inset: 0; max-height: none; }
    header { display: flex; gap: 16px; align-items: flex-start; justify-content: space-between; }
    h1 { margin: 0; font-size: 17px; }
    button { font: inherit; color: inherit; background: #3a3a3c; border: 1px solid #8e8e93; border-radius: 6px;
      min-height: 36px; padding: 2px 12px; cursor: pointer; }
    button:focus-visible { outline: 3px solid #ffd60a; }
    ol { margin: 0; padding: 0; list-style: none; }
    li { margin-top: 14px; }
    code, pre { font: 14px/1.6 ui-monospace, Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; }
    pre { margin: 4px 0; padding: 6px 10px; background: #2c2c2e; overflow-x: auto; }
    .line { color: #aeaeb2; user-select: none; }
    .error { color: #ff9d94; } .warning { color: #ffd479; } .note { color: #9fd0ff; }
    mark { background: #5c2b29; color: inherit; text-decoration: underline wavy #ff6b5e; text-underline-offset: 4px; }
    p { margin: 0; }`;

  const element = (name, text, kind) => {
    const made = document.createElement(name);
    made.textContent = text ?? "";
    if (kind) made.className = kind;
    return made;
  };

  let host = null;
  let shown = "";

  const hide = () => {
    host?.remove();
    host = null;
  };

  const show = (state) => {
    // Said once already: the stream was interrupted, and tells again where things stand.
    if (shown === moment) return;
    shown = moment;
    hide();
    if (state.kind !== "broken") return;
    host = document.createElement("portal-problems");
    host.lang = state.language;
    const root = host.attachShadow({ mode: "open" });
    // A style element would need the permission of a strict Content-Security-Policy; this does not.
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    root.adoptedStyleSheets = [style];
    const panel = element("section", "", whole === undefined ? "" : "whole");
    panel.setAttribute("role", "alert");
    panel.setAttribute("aria-labelledby", "title");
    const title = element("h1", state.title);
    title.id = "title";
    const button = element("button", state.close);
    button.type = "button";
    button.addEventListener("click", hide);
    const header = element("header");
    header.append(title, button);
    const list = element("ol");
    list.append(...state.diagnostics.map(item));
    panel.append(header, list);
    document.documentElement.append(host);
    // Into the page first and then filled: only what changes in an alert is read out.
    root.append(panel);
  };

  const item = (problem) => {
    const made = element("li");
    const head = element("p");
    if (problem.place) head.append(element("code", problem.place), " ");
    if (problem.label) head.append(element("strong", problem.label, problem.level), " ");
    head.append(problem.message);
    made.append(head);
    if (problem.excerpt.length) {
      const [before, place, after] = problem.excerpt;
      const source = element("pre");
      source.append(element("span", `${problem.line} | `, "line"), before, element("mark", place), after);
      made.append(source);
    }
    if (problem.help) made.append(element("p", problem.help));
    return made;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });

  // The stream ------------------------------------------------------------------------------------------------------

  const connect = () => {
    if (stream || document.hidden) return;
    const page = pathOf(location.href) === null ? "" : decodeURIComponent(location.pathname);
    stream = new EventSource(`/-/portal/events?since=${encodeURIComponent(moment)}&page=${encodeURIComponent(page)}`);
    stream.addEventListener("message", (event) => {
      const state = JSON.parse(event.data);
      moment = event.lastEventId;
      show(state);
      const changed = state.changed && new Set(state.changed.map(plain));
      work = work.then(() => refresh(changed)).catch(() => {});
    });
    stream.addEventListener("error", () => {
      if (stream?.readyState !== EventSource.CLOSED) return;
      disconnect();
      setTimeout(connect, 2000);
    });
  };
  const disconnect = () => {
    stream?.close();
    stream = null;
  };

  // A browser opens six connections to a server, so the seventh tab would wait for ever. A tab that nobody sees needs
  // none: it hears of what it missed as soon as it is seen again.
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);
  connect();
})();
