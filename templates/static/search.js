// The search page. It requests ranges of the site's index, so that a query loads little
// of it: the directory; a shard from each segment for each word; places for phrases;
// the texts of the hits that are shown. docs/search.md describes the files. Texts are
// only ever set as text, never as markup.
(() => {
  'use strict';

  // fold, wordsOf and the ranges of scripts must agree with the program that
  // writes the index.
  const fold = (text) => text.normalize('NFKD')
    .replace(/[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]/g, '')
    .toLowerCase().replace(/ς/g, 'σ').replace(/ß/g, 'ss').normalize('NFC');
  const run = '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3005-\\u3007\\u3041-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\u{20000}-\\u{3ffff}';
  const unspaced = new RegExp(`^[${run}]`, 'u');
  const wordPattern = new RegExp(`(?:(?![${run}])[\\p{L}\\p{M}\\p{N}])(?:['’]?(?![${run}])[\\p{L}\\p{M}\\p{N}])*|(?:(?=[${run}])[\\p{L}\\p{M}\\p{N}])+`, 'gu');

  // wordsOf returns the words of a text with their places. In a script without
  // spaces, each place has a word of two characters, the last one a word of one.
  const wordsOf = (text) => {
    const found = [];
    let place = 0;
    for (const [match] of fold(text).matchAll(wordPattern)) {
      if (!unspaced.test(match)) {
        found.push({ word: [...match.replace(/['’]/g, '')].slice(0, 40).join(''), place: place++ });
        continue;
      }
      const chars = [...match];
      chars.forEach((c, i) => found.push({ word: c + (chars[i + 1] ?? ''), place: place++, last: chars.length > 1 && i === chars.length - 1 }));
    }
    return found;
  };

  // parseQuery returns the terms of a query. A term has words with places. It may
  // be excluded (not) or limited to a field (of); a word of it may be a prefix.
  const parseQuery = (query) => {
    const terms = [];
    for (const m of String(query).slice(0, 300).matchAll(/(-?)(?:(speaker|topic|in):)?(?:"([^"]*)"?|([^\s"]+))/gi)) {
      const [all, minus, field, quoted, bare] = m;
      const of = field?.toLowerCase();
      const open = m.index + all.length === query.length && quoted === undefined && !minus && !of;
      if (of === 'in') {
        terms.push({ of, not: Boolean(minus), words: [{ word: `in:${quoted ?? bare}`, place: 0 }] });
        continue;
      }
      const words = wordsOf(quoted ?? bare).filter((w) => !w.last);
      const groups = quoted !== undefined && !of ? [words] : [];
      if (!groups.length) {
        for (const w of words) {
          if (unspaced.test(w.word) && groups.length && !of && unspaced.test(groups.at(-1)[0].word)) groups.at(-1).push(w);
          else groups.push([w]);
        }
      }
      for (const [i, group] of groups.entries()) {
        if (!group.length) continue;
        const first = group[0].place;
        terms.push({
          of, not: Boolean(minus),
          words: group.map(({ word, place }) => ({
            word: of ? `${of}:${word}` : word, place: place - first,
            // One character of a script without spaces may be the start of any pair.
            prefix: unspaced.test(word) ? [...word].length === 1 : open && i === groups.length - 1 && group.length === 1 && word.length > 1,
          })),
        });
      }
    }
    return terms.slice(0, 16);
  };

  const inflated = (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')));
  const inflate = async (bytes) => new Uint8Array(await inflated(bytes).arrayBuffer());

  // reader reads numbers and bytes, and throws if they end too early.
  const reader = (bytes, at = 0) => {
    const need = (n) => {
      if (!(n <= bytes.length - at)) throw new RangeError('the search index is damaged');
      at += n;
      return at - n;
    };
    const number = () => {
      let [value, factor] = [0, 1];
      for (;;) {
        const b = bytes[need(1)];
        value += (b & 127) * factor;
        if (b < 128) return value;
        factor *= 128;
      }
    };
    return { number, slice: (n) => bytes.subarray(need(n), at), get at() { return at; } };
  };

  // The id of a document is the number of its episode times SPAN, plus its number
  // in the episode.
  const SPAN = 2 ** 20;
  const episodeOf = (id) => Math.floor(id / SPAN);

  // decodeShard returns the words of a shard. The ids of their documents ascend.
  const decodeShard = (bytes) => {
    const r = reader(bytes);
    const found = [];
    let [name, short] = [new Uint8Array(), 0];
    for (let count = r.number(); count > 0; count--) {
      const same = r.number();
      const rest = r.slice(r.number());
      name = Uint8Array.from([...name.subarray(0, same), ...rest]);
      const flags = r.number();
      const ids = [];
      let episode = -1;
      for (let episodes = r.number(); episodes > 0; episodes--) {
        episode += r.number();
        let doc = -1;
        for (let docs = r.number(); docs > 0; docs--) {
          doc += r.number();
          ids.push(episode * SPAN + doc);
        }
      }
      const w = { word: new TextDecoder().decode(name), ids, weights: flags & 2 ? r.slice(ids.length) : null, short, chunks: null };
      if (flags & 1) {
        let [from, last] = [r.number(), -1];
        w.chunks = [];
        for (let chunks = r.number(); chunks > 0; chunks--) {
          const first = last + 1;
          last += r.number();
          const length = r.number();
          w.chunks.push({ first, last, from, to: from + length });
          from += length;
        }
      } else {
        short++;
      }
      found.push(w);
    }
    return found;
  };

  // decodePlaces reads the places of a word in the documents ids, and adds them
  // to the map to.
  const decodePlaces = (r, ids, to) => {
    for (const id of ids) {
      const places = [];
      let place = -1;
      for (let n = r.number(); n > 0; n--) places.push(place += r.number());
      to.set(id, places);
    }
  };

  // before compares words as the index sorts them, by their bytes in UTF-8.
  const bytesOf = (word) => String.fromCharCode(...new TextEncoder().encode(word));
  const before = (a, b) => bytesOf(a) < bytesOf(b);

  // keeper returns a function that keeps the results of functions by name, except
  // those of functions that fail.
  const keeper = () => {
    const kept = new Map();
    return (name, f) => {
      if (!kept.has(name)) {
        kept.set(name, f().catch((error) => {
          kept.delete(name);
          throw error;
        }));
      }
      return kept.get(name);
    };
  };

  // open returns the index with the given directory. read(key, from, to) returns
  // bytes of a file.
  const open = (directory, read) => {
    if (directory.version !== 1) throw new Error('unknown version of the search index');
    const once = keeper();
    let episodes = 0;
    const segments = directory.segments.map((s, number) => {
      const shards = [];
      let [w, p] = [0, 0]; // offsets of the shards' words and places
      for (let i = 0; i < s.shards.length; i += 3) {
        shards.push({ first: s.shards[i], words: [w, w += s.shards[i + 1]], places: [p, p += s.shards[i + 2]] });
      }
      const base = episodes;
      episodes += s.episodes.length;
      return { ...s, number, shards, base, chunks: p };
    });
    const docs = segments.reduce((n, s) => n + s.docs, 0);

    // find returns the lists of a segment for a word, or for all words that
    // start with it.
    const find = async (s, { word, prefix }) => {
      const past = s.shards.findIndex(({ first }) => (prefix ? !first.startsWith(word) : true) && before(word, first));
      const end = past < 0 ? s.shards.length : past;
      let start = end - 1;
      while (prefix && start > 0 && !before(s.shards[start].first, word)) start--;
      if (start < 0) return [];
      const range = s.shards.slice(start, end);
      const lists = await once(`${s.number} ${start} ${end}`, async () => {
        const from = range[0].words[0];
        const bytes = await read(s.words, from, range.at(-1).words[1]);
        const decoded = await Promise.all(range.map(async (shard) => decodeShard(await inflate(bytes.subarray(shard.words[0] - from, shard.words[1] - from)))));
        return decoded.flatMap((list, i) => list.map((w) => ({ ...w, shard: range[i] })));
      });
      // "speaker:mat" does not count as a word that starts with
      // "speak".
      return lists.filter((w) => (prefix ? w.word.startsWith(word) && w.word.includes(':') === word.includes(':') : w.word === word));
    };

    // placesOf returns the places of lists in the wanted episodes, by
    // document.
    const placesOf = async (s, lists, wanted) => {
      const to = new Map();
      await Promise.all(lists.map(async (w) => {
        const found = new Map();
        if (!w.chunks) {
          const bytes = await once(`places ${s.number} ${w.shard.places}`, async () => inflate(await read(s.places, ...w.shard.places)));
          const r = reader(bytes);
          for (let i = 0; i < w.short; i++) r.slice(r.number());
          decodePlaces(reader(r.slice(r.number())), w.ids, found);
        } else {
          const chunks = w.chunks.filter(({ first, last }) => wanted.some((e) => first <= e && e <= last));
          if (!chunks.length) return;
          let [from, to] = [chunks[0].from, chunks.at(-1).to];
          const [first, last] = [w.chunks[0].from, w.chunks.at(-1).to];
          // The next batch is likely to need the rest, which costs less than a request.
          if (last - first < to - from + 20_000) [from, to] = [first, last];
          let part = w.read; // a part of the file that was read before
          if (!(part?.from <= from && to <= part.to)) part = w.read = { from, to, bytes: await read(s.places, s.chunks + from, s.chunks + to) };
          for (const c of chunks) {
            const ids = w.ids.filter((id) => id >= c.first * SPAN && id < (c.last + 1) * SPAN);
            decodePlaces(reader(await inflate(part.bytes.subarray(c.from - part.from, c.to - part.from))), ids, found);
          }
        }
        for (const [id, places] of found) to.set(id, [...to.get(id) ?? [], ...places]);
      }));
      return to;
    };

    // match returns the documents of a segment that have all terms, and
    // their weights for each word. It calls seen with the number of
    // documents that have a word. Long words are read first: if a segment
    // lacks one, the others are not needed.
    const match = async (s, terms, seen) => {
      const words = terms.filter((t) => !t.not).flatMap((t) => t.words.map((w) => ({ ...w, of: t.of })));
      words.sort((a, b) => b.word.length - a.word.length);
      let ids = null;
      const weights = new Map();
      for (const w of words) {
        const lists = await find(s, w);
        const have = new Map();
        for (const l of lists) l.ids.forEach((id, i) => have.set(id, Math.max(have.get(id) ?? 0, l.weights?.[i] ?? 1)));
        if (w.of) {
          const all = new Set([...have.keys()].map((id) => (w.of === 'speaker' ? id : episodeOf(id))));
          const has = (id) => all.has(w.of === 'speaker' ? id : episodeOf(id));
          ids = ids ? ids.filter(has) : w.of === 'speaker' ? [...all] : [...all].flatMap((e) => Array.from({ length: s.episodes[e]?.[2] ?? 0 }, (_, d) => e * SPAN + d));
        } else {
          weights.set(w.word, have);
          seen(w.word, have.size);
          ids = ids ? ids.filter((id) => have.has(id)) : [...have.keys()];
        }
        if (!ids.length) return { ids, weights };
      }
      for (const t of terms) {
        if (!t.not || !ids?.length) continue;
        const sets = await Promise.all(t.words.map((w) => find(s, w)));
        const key = (id) => (t.of === 'topic' || t.of === 'in' ? episodeOf(id) : id);
        let bad = sets.map((lists) => new Set(lists.flatMap((l) => l.ids.map(key)))).reduce((a, b) => new Set([...a].filter((id) => b.has(id))));
        if (t.words.length > 1) bad = new Set(await adjacent(s, t, ids.filter((id) => bad.has(id))));
        ids = ids.filter((id) => !bad.has(key(id)));
      }
      return { ids: (ids ?? []).sort((a, b) => a - b), weights };
    };

    // adjacent returns the documents in which the words of a term follow
    // each other. Rare words are read first.
    const adjacent = async (s, term, ids) => {
      const words = await Promise.all(term.words.map(async (w) => ({ ...w, lists: await find(s, w) })));
      const size = (w) => w.lists.reduce((n, l) => n + l.ids.length, 0);
      words.sort((a, b) => size(a) - size(b));
      let starts = null;
      let left = ids;
      for (let i = 0; i < words.length && left.length; i += i ? 1 : 2) {
        const wanted = [...new Set(left.map(episodeOf))];
        const part = words.slice(i, i ? i + 1 : 2);
        const places = await Promise.all(part.map((w) => placesOf(s, w.lists, wanted)));
        const next = new Map();
        for (const id of left) {
          let at = starts?.get(id);
          part.forEach((w, n) => {
            const here = new Set((places[n].get(id) ?? []).map((place) => place - w.place));
            at = at ? at.filter((place) => here.has(place)) : [...here];
          });
          if (at.length) next.set(id, at);
        }
        starts = next;
        left = [...next.keys()];
      }
      return left;
    };

    // search yields all hits. Hits for words are ranked among each other.
    // Phrases are confirmed from the newest episode on, only as far as the
    // caller asks for hits: first, unless newest is true, in the documents
    // that are not turns.
    async function* search(query, newest) {
      const terms = parseQuery(query);
      if (!terms.some((t) => !t.not)) return;
      const counts = new Map();
      const seen = (word, n) => counts.set(word, (counts.get(word) ?? 0) + n);
      const phrases = terms.filter((t) => !t.not && t.words.length > 1);
      const inField = (s, id) => id % SPAN < s.episodes[episodeOf(id)][1];
      const hitsOf = (s, { weights }, ids) => ids.map((id) => {
        let score = 0;
        for (const [word, have] of weights) score += (have.get(id) ?? 0) * Math.log(1 + (docs - counts.get(word) + 0.5) / (counts.get(word) + 0.5));
        const [episode, doc] = [episodeOf(id), id % SPAN];
        const [key, , , ...blocks] = s.episodes[episode];
        return { key, blocks, doc, field: inField(s, id), score, age: s.base + episode };
      });
      const rank = (a, b) => (newest ? 0 : b.field - a.field || b.score - a.score) || b.age - a.age || a.doc - b.doc;
      const all = await Promise.all(segments.map(async (s) => [s, await match(s, terms, seen)]));
      if (!phrases.length) {
        const hits = all.flatMap(([s, found]) => hitsOf(s, found, found.ids)).sort(rank);
        for (const hit of hits) yield { ...hit, total: hits.length };
        return;
      }
      let size = 10; // number of episodes to confirm at once
      for (const part of newest ? [() => true] : [inField, (s, id) => !inField(s, id)]) {
        for (const [s, found] of all.toReversed()) {
          const left = found.ids.filter((id) => part(s, id));
          const candidates = [...new Set(left.map(episodeOf))].reverse();
          while (candidates.length) {
            const few = candidates.length <= 60;
            const batch = new Set(candidates.splice(0, few ? 60 : size));
            if (!few) size = 512; // the phrase is rare
            let ids = left.filter((id) => batch.has(episodeOf(id)));
            for (const t of phrases) ids = await adjacent(s, t, ids);
            yield* hitsOf(s, found, ids).sort(rank);
          }
        }
      }
    }

    // textOf returns the text of a hit and the facts about its episode.
    const textOf = async (hit) => {
      const block = Math.floor(hit.doc / 16);
      const from = hit.blocks.slice(0, block).reduce((a, b) => a + b, 0);
      const [about, texts] = await once(`${hit.key} ${block}`, async () => inflated(await read(hit.key, from, from + hit.blocks[block])).json());
      const [kind, speaker, start, text] = texts[hit.doc % 16];
      return { ...about, kind, speaker, start, text };
    };
    return { search, textOf };
  };

  // marked returns the part of a text around the words of a query, in pieces that
  // are marked or not.
  const marked = (text, query) => {
    const terms = parseQuery(query).filter((t) => !t.not && !t.of);
    const found = [...text.matchAll(wordPattern)].map((m) => ({ from: m.index, to: m.index + m[0].length, raw: m[0], word: fold(m[0]).replace(/['’]/g, '') }));
    const spans = [];
    for (const { words } of terms) {
      const tokens = []; // words, and runs of characters of scripts without spaces
      words.forEach(({ word, place, prefix }, n) => {
        const run = unspaced.test(word);
        if (run && tokens.at(-1)?.run && place === words[n - 1].place + 1) tokens.at(-1).part += [...word].slice(1).join('');
        else tokens.push({ part: word, run, prefix });
      });
      const end = tokens.length - 1;
      found.forEach((_, i) => {
        const all = tokens.map(({ part, run, prefix }, n) => {
          const { word, raw, from, to } = found[i + n] ?? { word: '' };
          // A term may start and end within a run of the text.
          const at = !run || n ? 0 : end ? word.length - part.length : word.indexOf(part);
          const fits = (run ? n === end : prefix) ? word.startsWith(part, at) : word.slice(at) === part;
          return fits && (run ? word.length === raw.length && [from + at, from + at + part.length] : [from, to]);
        });
        if (all.every(Boolean)) spans.push(...all);
      });
    }
    spans.sort((a, b) => a[0] - b[0]);
    const from = Math.max(0, (spans[0]?.[0] ?? 0) - 90);
    const start = from && text.indexOf(' ', from) >= 0 && text.indexOf(' ', from) < from + 30 ? text.indexOf(' ', from) + 1 : from;
    const to = Math.min(text.length, start + 260);
    const pieces = [];
    let at = start;
    if (start) pieces.push(['… ', false]);
    for (const [a, b] of spans) {
      if (a < at || b > to) continue;
      pieces.push([text.slice(at, a), false], [text.slice(a, b), true]);
      at = b;
    }
    pieces.push([text.slice(at, to) + (to < text.length ? ' …' : ''), false]);
    return pieces.filter(([piece]) => piece);
  };

  // readRange requests a part of a file. The server may also send the whole file.
  const whole = new Map();
  const readRange = async (key, from, to) => {
    const url = new URL(key, onair.home);
    if (whole.has(key)) return whole.get(key).subarray(from, to);
    const answer = await fetch(url, { headers: { Range: `bytes=${from}-${to - 1}` } });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (answer.status === 206) return bytes;
    whole.set(key, bytes);
    return bytes.subarray(from, to);
  };

  const onair = globalThis.onair ??= {};
  Object.assign(onair, { parseQuery, decodeShard, openIndex: open, inflated, marked });

  const element = (name, props, ...children) => {
    const e = Object.assign(document.createElement(name), props);
    e.append(...children);
    return e;
  };

  // show returns the list item of a hit.
  const show = (hit, query) => {
    const page = new URL(hit.page, onair.home);
    const data = { episode: hit.guid, title: hit.title, page, duration: hit.duration };
    if (hit.start >= 0) data.seek = hit.start;
    const pieces = (text) => marked(text, query).map(([piece, mark]) => (mark ? element('mark', {}, piece) : piece));
    const text = element('p', { dir: 'auto' }, ...pieces(hit.kind === 1 ? hit.text.slice(hit.title.length + 3) : hit.text)); // the heading has the title
    const play = element('a', { className: 'play-hit', href: new URL(hit.audio, onair.home) }, onair.clock(Math.max(0, hit.start)));
    Object.assign(play.dataset, data);
    if (data.seek) page.hash = `t=${data.seek}`;
    return element('li', { className: 'hit' },
      element('h2', {}, element('a', { href: page, dir: 'auto' }, ...pieces(hit.title))),
      element('p', { className: 'meta' }, play, ' ', element('span', {}, hit.date), ' ', element('bdi', {}, hit.speaker)), text);
  };

  const once = keeper();
  onair.ready?.(() => {
    const results = document.getElementById('results');
    const field = document.querySelector('main [role="search"] input');
    if (!results?.dataset.index || !field || results.ready) return;
    results.ready = true;
    const [status, list, more, order] = ['.found', '.hits', '.more-hits', '.order select'].map((selector) => results.querySelector(selector));
    let current; // the query that is shown; answers to other queries are dropped

    const load = async () => onair.openIndex(await inflated(await (await fetch(results.dataset.index)).blob()).json(), readRange);
    // next shows the next hits of a query.
    const next = async (query) => {
      const found = [];
      let done = false;
      try {
        const opened = await once('', load);
        query.hits ??= opened.search(query.text, query.newest);
        while (found.length < 10 && !done && query === current) {
          const answer = await query.hits.next();
          done = answer.done;
          if (!done) found.push(answer.value);
        }
        const texts = await Promise.all(found.map(opened.textOf));
        if (query !== current) return;
        if (!query.count) list.replaceChildren();
        list.append(...texts.map((hit) => show(hit, query.text)));
        const count = query.count += found.length;
        const total = found.at(-1)?.total ?? count;
        status.textContent = count ? status.dataset.some.replace('{n}', done || found.at(-1)?.total ? total : `${count}+`) : status.dataset.none;
        more.hidden = done || count >= found.at(-1)?.total;
      } catch {
        [query.hits, query.count] = [null, 0]; // the next attempt starts again
        if (query === current) status.textContent = status.dataset.failed;
      }
    };
    const run = () => {
      current = { text: field.value, newest: order.value === 'newest', count: 0 };
      const url = new URL(location.href);
      if (field.value.trim()) url.searchParams.set('q', field.value);
      else url.searchParams.delete('q');
      history.replaceState(history.state, '', url);
      if (url.search) {
        next(current);
        return;
      }
      list.replaceChildren();
      status.textContent = '';
      more.hidden = true;
    };
    let timer;
    field.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(run, 150);
    });
    order.addEventListener('change', run);
    more.addEventListener('click', () => next(current));
    field.form.addEventListener('submit', (event) => {
      event.preventDefault();
      clearTimeout(timer);
      run();
    });
    field.value = new URLSearchParams(location.search).get('q') ?? '';
    order.parentElement.hidden = false;
    if (field.value) run();
  });
})();
