// The script that onair serve alone adds to pages: it applies each new build to the
// open page, shows findings, and marks episodes that are not live.
(() => {
  'use strict';

  let build = null;
  let marks = {};
  let seen = null; // the page as it was served last, to see what the scripts changed since

  const fetchPage = async () => {
    const answer = await fetch(location.href, { cache: 'no-store' });
    const doc = new DOMParser().parseFromString(await answer.text(), 'text/html');
    // The open page has the turns of long transcripts without <noscript>.
    for (const packed of doc.querySelectorAll('.run > noscript')) packed.replaceWith(...packed.childNodes);
    return doc;
  };

  // swapStyles loads new stylesheets before it removes those they replace.
  const swapStyles = async (doc) => {
    const href = (link) => new URL(link.getAttribute('href'), location.href).href;
    const wanted = [...doc.querySelectorAll('link[rel="stylesheet"]')].map(href);
    const present = [...document.querySelectorAll('link[rel="stylesheet"]')];
    const loading = wanted.filter((url) => !present.some((link) => link.href === url)).map((url) => new Promise((done) => {
      const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url });
      link.onload = link.onerror = done;
      present.at(-1)?.after(link) ?? document.head.append(link);
    }));
    await Promise.all(loading);
    for (const link of present) if (!wanted.includes(link.href)) link.remove();
  };

  // morph changes a live element by what differs between the old and the new source.
  const morph = (live, old, next) => {
    if (old.isEqualNode(next) || live.id === 'player') return;
    if (live.nodeType !== 1 || live.tagName !== next.tagName || live.childNodes.length !== old.childNodes.length) {
      live.replaceWith(document.importNode(next, true));
      return;
    }
    for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) live.removeAttribute(name);
    for (const { name, value } of [...next.attributes]) if (old.getAttribute(name) !== value) live.setAttribute(name, value);
    const [a, b, c] = [[...live.childNodes], [...old.childNodes], [...next.childNodes]];
    let from = 0;
    let to = 0;
    while (from < Math.min(b.length, c.length) && b[from].isEqualNode(c[from])) from++;
    while (to < Math.min(b.length, c.length) - from && b.at(-1 - to).isEqualNode(c.at(-1 - to))) to++;
    const [olds, nexts] = [b.slice(from, b.length - to), c.slice(from, c.length - to)];
    if (olds.length === nexts.length) {
      olds.forEach((node, i) => morph(a[from + i], node, nexts[i]));
      return;
    }
    const player = a.find((node) => node.id === 'player');
    if (player && a.indexOf(player) >= from && a.indexOf(player) < a.length - to) {
      location.reload(); // moving the player would stop the audio anyway
      return;
    }
    const after = a[a.length - to] ?? null;
    for (const node of a.slice(from, a.length - to)) node.remove();
    for (const node of nexts) live.insertBefore(document.importNode(node, true), after);
  };

  const apply = async () => {
    const next = await fetchPage();
    const scripts = (doc) => [...doc.querySelectorAll('script[src]')].map((script) => script.getAttribute('src')).join();
    if (!seen || scripts(seen) !== scripts(next)) {
      location.reload();
      return;
    }
    await swapStyles(next);
    document.title = next.title;
    morph(document.body, seen.body, next.body);
    seen = next;
    globalThis.onair?.refresh?.();
    mark();
  };

  // mark writes "draft" or "scheduled" behind links to episodes that are not live, and
  // on their pages.
  const mark = () => {
    for (const badge of document.querySelectorAll('.onair-badge')) badge.remove();
    const reason = (path) => marks[/\/episodes\/([^/]+)\//.exec(path)?.[1]];
    const badge = (text) => {
      const span = Object.assign(document.createElement('span'), { className: 'onair-badge', textContent: text });
      span.style.cssText = 'margin-inline-start:.5em;padding:.1em .5em;border-radius:1em;background:#b45309;color:#fff;font:600 .8rem system-ui;white-space:nowrap';
      return span;
    };
    for (const heading of document.querySelectorAll('h1')) if (reason(location.pathname)) heading.append(badge(reason(location.pathname)));
    for (const link of document.querySelectorAll('main a[href]')) {
      const url = new URL(link.href);
      if (url.origin === location.origin && !link.dataset.seek && reason(url.pathname) && url.pathname !== location.pathname) link.append(badge(reason(url.pathname)));
    }
  };

  let panel = null;
  const showFindings = (findings) => {
    panel?.remove();
    panel = null;
    findings = (findings ?? []).filter((f) => f.severity !== 'info');
    if (!findings.length) return;
    panel = document.createElement('aside');
    const shadow = panel.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      :host { position: fixed; inset: auto 0 0; z-index: 99; max-height: 50vh; overflow: auto; background: #1c1917; color: #fafaf9; font: 14px/1.5 ui-monospace, monospace; }
      details { padding: .5rem 1rem; } summary { cursor: pointer; font-weight: 600; }
      p { margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; } b { color: #fca5a5; } .warning b { color: #fcd34d; } .info b { color: #93c5fd; } i { color: #a8a29e; font-style: normal; }`);
    shadow.adoptedStyleSheets = [sheet];
    const element = (name, text, className = '') => Object.assign(document.createElement(name), { textContent: text, className });
    const details = document.createElement('details');
    details.open = findings.some((f) => f.severity === 'error');
    details.append(element('summary', `onair: ${findings.length} finding${findings.length === 1 ? '' : 's'}`));
    for (const f of findings) {
      const line = element('p', '', f.severity);
      line.append(element('b', `${f.severity} ${f.rule} `), element('i', `${f.place} `), f.message, f.hint ? element('i', `\n${f.hint}`) : '');
      details.append(line);
    }
    shadow.append(details);
    document.documentElement.append(panel);
  };

  const events = new EventSource('/-/onair/events');
  events.onmessage = async ({ data }) => {
    const state = JSON.parse(data);
    marks = state.marks ?? {};
    showFindings(state.findings);
    const first = build === null;
    if (first) seen = await fetchPage();
    const changed = !first && build !== state.build;
    build = state.build;
    if (changed) await apply().catch(() => location.reload());
    else mark();
  };
  globalThis.onair?.ready?.(() => {
    if (build !== null) fetchPage().then((doc) => { seen = doc; mark(); });
  });
})();
