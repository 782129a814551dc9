// The player of every page. The bar keeps playing while the listener browses: a link of
// the site then replaces the page around the bar. Chapters and turns of the transcript
// seek, #t=83 starts there, and keys control the bar. Without this script the browser's
// own controls play, and links play the audio from their time.
//
// All words are in the templates. Texts are only ever set as text, never as markup.
(() => {
  'use strict';

  // clock returns 1:02:03 or 2:03 for seconds.
  const clock = (seconds) => {
    const s = Math.floor(Math.max(0, seconds));
    const pad = (n) => String(n).padStart(2, '0');
    const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
    return h ? `${h}:${pad(m)}:${pad(s % 60)}` : `${m}:${pad(s % 60)}`;
  };

  // parseTime returns the seconds of 83, 1:23, 1:02:03.5 or 1h2m3s, else NaN.
  const parseTime = (text) => {
    const m = /^(?:(?:(\d+):(?=\d+:))?(\d+):)?(\d+(?:\.\d*)?)$/.exec(text) ??
      /^(?=.)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d*)?)s)?$/i.exec(text);
    if (!m) return NaN;
    const [h, min, s] = m.slice(1).map((part) => Number(part ?? 0));
    if (text.includes(':') && (s >= 60 || m[1] && min >= 60)) return NaN;
    const seconds = h * 3600 + min * 60 + s;
    return Number.isFinite(seconds) ? seconds : NaN;
  };

  // parseSpan returns the start and end of 30 or 30,40
  // (https://www.w3.org/TR/media-frags/), or null for any other text.
  const parseSpan = (text) => {
    const [from, to, ...more] = String(text ?? '').trim().replace(/^npt:/, '').split(',');
    const start = from === '' && to ? 0 : parseTime(from);
    const end = to === undefined ? Infinity : parseTime(to);
    return start < end && !more.length ? { start, end } : null;
  };

  const onair = globalThis.onair = { clock, parseTime, parseSpan };
  if (!globalThis.document) return; // without a document, a test calls the parsers

  const player = document.getElementById('player');
  const audio = player?.querySelector('audio');
  if (!audio) return;
  const $ = (selector) => player.querySelector(selector);
  const [play, seek, elapsed, total, toast] = ['.play', '.seek', '.elapsed', '.total', '.toast'].map($);
  const [speed, chapterChoice, volume, sleep] = ['.speed select', '.chapter-choice select', '.volume input', '.sleep select'].map($);
  const [backTo, quote, turnLink, keys] = ['.back-to', '.quote', '.turn-link', '.keys'].map($);
  const home = new URL(player.dataset.home || '.', location.href); // the folder of the site
  home.search = home.hash = '';
  home.pathname = home.pathname.replace(/[^/]*$/, '');

  // Storage may be forbidden or full; the player works without it.
  const memory = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* not kept */ } },
    remove(key) { try { localStorage.removeItem(key); } catch { /* not kept */ } },
  };
  const positionKey = (guid) => `onair-position-${guid}`;
  const settingsKey = `onair-${home.pathname}`;
  let settings = {};
  try { settings = { ...JSON.parse(memory.get(settingsKey)) }; } catch { /* the defaults */ }
  const keep = (name, value) => {
    settings[name] = value;
    memory.set(settingsKey, JSON.stringify(settings));
  };

  const say = (text) => {
    toast.textContent = text ?? '';
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { toast.textContent = ''; }, 3000);
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      say(toast.dataset.copied);
      return true;
    } catch {
      say(toast.dataset.failed);
      return false;
    }
  };

  // ready calls f now and after every change of the page.
  const hooks = [];
  const ready = (f) => {
    hooks.push(f);
    f();
  };
  // refresh connects the bar with the elements of the page, after they have changed.
  const refresh = () => {
    if (here) here.chapters = chaptersOf(document);
    bind();
    for (const f of hooks) f();
    showPlaying();
    update(position());
  };

  /* Long transcripts */

  // The last hours of a transcript are in <noscript>, which is not parsed, so that the
  // page opens quickly.
  const packed = (doc = document) => [...doc.querySelectorAll('.run > noscript')];
  const unpack = (some = packed()) => {
    for (const p of some) p.outerHTML = p.innerHTML;
  };
  ready(() => packed().forEach((p, i) => setTimeout(unpack, 500 + 100 * (i >> 2), [p])));
  addEventListener('beforeprint', () => unpack());

  /* The episode in the bar */

  // infoOf reads the data of a play button, or of the bar of a page at base.
  // d.artwork is one address, or several with widths as in srcset.
  const infoOf = (element, source, base = location.href) => {
    const d = element.dataset;
    if (!d.episode) return null;
    const url = (raw) => (raw ? new URL(raw, base).href : '');
    const artwork = [...(d.artwork ?? '').matchAll(/(\S+?)(?: (\d+)w)?(?:, |$)/g)].map(([, src, size]) => ({ src: url(src), ...size && { sizes: `${size}x${size}` } }));
    return { guid: d.episode, title: d.title, duration: Number(d.duration) || 0, audio: url(source), page: url(d.page), artwork, waveform: url(d.waveform), chapters: null };
  };
  const infoOfPage = (doc, base) => {
    const bar = doc.getElementById('player');
    const info = bar && infoOf(bar, bar.querySelector('audio')?.getAttribute('src'), base);
    if (info) info.chapters = chaptersOf(doc);
    return info;
  };
  const chaptersOf = (doc) => [...doc.querySelectorAll('.chapters li[data-start]')].map((li) => ({
    start: Number(li.dataset.start),
    end: Number(li.dataset.end ?? Infinity),
    title: li.querySelector('.chapter-title')?.textContent ?? '',
  }));

  let here = null; // the episode of the page; null on other pages
  let now = null; // the episode in the bar
  let want = null; // seconds to seek to once there is data
  let fresh = true; // no part of the episode in the bar has played
  let stopAt = Infinity;

  const duration = () => (Number.isFinite(audio.duration) ? audio.duration : now?.duration) || 0;
  const position = () => (audio.readyState ? audio.currentTime : want ?? 0);

  // goTo seeks, even before the browser has loaded any audio. iOS forgets a seek
  // before the first play, so the seek is repeated then.
  const goTo = (seconds) => {
    const to = Math.min(Math.max(0, seconds), duration() || Infinity);
    stopAt = Infinity;
    want = fresh ? to : null;
    if (audio.readyState) {
      audio.currentTime = to;
    } else {
      want = to;
      audio.load();
    }
    update(to);
  };
  const hop = (by) => goTo(position() + by);
  const start = () => {
    if (audio.error) { // the connection may be back
      want = position();
      audio.load();
    }
    audio.play().catch(() => { /* the browser forbids it, or an error is shown */ });
  };

  // put loads an episode into the bar.
  const put = (info) => {
    if (now?.guid === info.guid) return;
    if (now) remember();
    now = info;
    [want, fresh, stopAt, heard, saved] = [null, true, Infinity, -1, -1];
    player.hidden = false;
    audio.removeAttribute('controls');
    $('.controls').hidden = false;
    $('.trouble').hidden = true;
    if (audio.src !== info.audio) audio.src = info.audio;
    $('.trouble a').href = info.audio;
    $('.now-episode').textContent = info.title;
    $('.now-episode').href = info.page;
    setSpeed(settings.speed);
    dress();
    bind();
    const last = Number(memory.get(positionKey(info.guid)));
    if (last > 0) goTo(last);
    else update(0);
    if (!info.chapters) {
      fetchPage(info.page).then(([doc, url]) => {
        const known = infoOfPage(doc, url);
        if (known?.guid !== now.guid) return;
        now = { ...known, audio: now.audio };
        dress();
        update(position());
      }).catch(() => { info.chapters = []; });
    }
  };

  // dress shows the chapters and the waveform of the episode, as far as they are
  // known.
  const dress = () => {
    const track = seek.parentElement;
    const chapters = now.chapters ?? [];
    total.textContent = clock(duration());
    seek.max = Math.max(1, Math.floor(duration()));
    track.querySelectorAll('i').forEach((tick) => tick.remove());
    for (const c of chapters) {
      if (c.start <= 0 || c.start >= duration()) continue;
      const tick = document.createElement('i');
      tick.style.setProperty('--at', c.start / duration());
      track.append(tick);
    }
    chapterChoice.replaceChildren(...chapters.map((c, i) => new Option(`${clock(c.start)} ${c.title}`, i)));
    chapterChoice.parentElement.hidden = !chapters.length;
    chapter = undefined; // so that update shows the current chapter
    drawWaveform(now);
  };

  // The waveform becomes the track, filled up to the current time. It is a mask,
  // so that it has the colours of the theme. If it cannot be loaded, the plain
  // track stays.
  const drawWaveform = async (info) => {
    const track = seek.parentElement;
    track.classList.remove('drawn');
    if (!info.waveform) return;
    try {
      if (!(await fetch(info.waveform)).ok || now !== info) return;
      track.style.setProperty('--waveform', `url("${CSS.escape(info.waveform)}")`);
      track.classList.add('drawn');
    } catch { /* the plain track */ }
  };

  const chapterAt = (time) => (now?.chapters ?? []).findLastIndex((c) => c.start <= time);
  const currentChapter = (time) => {
    const i = chapterAt(time);
    return i >= 0 && time < now.chapters[i].end ? now.chapters[i] : null;
  };
  const skipChapter = (step) => {
    const at = chapterAt(position());
    // Back goes to the start of the chapter first, as in music players.
    const to = step < 0 && at >= 0 && position() - now.chapters[at].start > 3 ? at : at + step;
    if (now.chapters?.[to]) goTo(now.chapters[to].start);
    else if (step < 0) goTo(0);
  };

  // A list tells at which of its elements the audio is: the last that has
  // started, unless that element has an end and is over.
  const list = (selector) => {
    let items; // found once they are needed, because there may be thousands
    let current = null;
    return {
      some: () => document.querySelector(selector),
      // at returns the element that has just become current, or null
      // if none has.
      at(time) {
        if (time < 0 && !current) return null;
        if (!items) unpack();
        items ??= [...document.querySelectorAll(selector)].map((element) => ({
          element,
          start: Number(element.dataset.start),
          end: Number(element.dataset.end ?? Infinity),
        }));
        const item = items.findLast((i) => i.start <= time);
        const next = item && time < item.end ? item.element : null;
        if (next === current) return null;
        current?.removeAttribute('aria-current');
        next?.setAttribute('aria-current', 'true');
        current = next;
        return next;
      },
      get current() { return current; },
    };
  };
  let [listed, turns] = [list('none'), list('none')];

  // bind connects the bar with the chapters and turns of the page, if the page
  // shows the episode in the bar.
  const bind = () => {
    for (const l of [listed, turns]) l.at(-1);
    const same = here && here.guid === now?.guid;
    listed = list(same ? '.chapters li[data-start]' : 'none');
    turns = list(same ? '#transcript .turn[data-start]' : 'none');
    follow.show();
  };

  let chapter; // the current chapter; undefined before the first update
  const update = (time, heardOn) => {
    elapsed.textContent = clock(time);
    seek.value = time;
    seek.setAttribute('aria-valuetext', `${clock(time)} / ${clock(duration())}`);
    seek.parentElement.style.setProperty('--played', duration() ? time / duration() : 0);
    const at = time === 0 && audio.paused ? -1 : time; // nothing is current before the start
    listed.at(at);
    if (turns.at(at)) follow.turn();
    follow.show();
    const next = currentChapter(at);
    if (next === chapter) return;
    if (sleep.value === 'chapter' && chapter && heardOn) {
      audio.pause();
      sleep.value = '';
    }
    chapter = next;
    $('.now-chapter').textContent = chapter?.title ?? '';
    chapterChoice.selectedIndex = Math.max(0, chapterAt(time));
    session(true);
  };

  /* Following the transcript */

  // The page scrolls along with the turns until the reader scrolls. A button, or the
  // key f, goes back to the current turn and follows again.
  const follow = {
    away: false, // the reader has scrolled
    quiet: 0, // until this time, the script itself scrolls
    get box() { return document.querySelector('.follow input'); },
    get on() { return Boolean(this.box?.checked && turns.some()); },
    show() {
      const hide = !(this.on && this.away && turns.current);
      if (backTo.hidden !== hide) backTo.hidden = hide;
      if (!hide) backTo.textContent = backTo.dataset.text.replace('{time}', elapsed.textContent);
    },
    turn() { if (this.on && !this.away && !audio.paused) this.scroll(); },
    // The theme makes scrolling smooth, except for readers who want less motion. On a
    // long way it would end beside the turn: the heights of turns on the way change.
    scroll() {
      if (!turns.current) return;
      this.quiet = performance.now() + 1000;
      turns.current.scrollIntoView({ block: 'center', behavior: inView(turns.current, innerHeight) ? 'auto' : 'instant' });
    },
    back() {
      this.away = false;
      this.scroll();
      this.show();
    },
    leave() {
      if (!this.on || this.away || audio.paused) return;
      this.away = true;
      this.show();
    },
    // Heights of turns out of view are estimates, so a long scroll may end
    // beside the turn.
    arrived() {
      if (!this.on || this.away || performance.now() > this.quiet + 1000) return;
      if (!inView(turns.current)) this.scroll();
    },
  };
  const inView = (element, margin = 0) => {
    const box = element?.getBoundingClientRect();
    return !box || box.bottom > -margin && box.top < innerHeight + margin;
  };
  for (const event of ['wheel', 'touchmove']) {
    addEventListener(event, ({ target }) => player.contains(target) || follow.leave(), { passive: true });
  }
  addEventListener('pointerdown', (event) => { // on the scroll bar
    if (event.clientX >= document.documentElement.clientWidth) follow.leave();
  });
  addEventListener('scroll', () => {
    if (performance.now() > follow.quiet && !inView(turns.current)) follow.leave();
  }, { passive: true });
  addEventListener('scrollend', () => follow.arrived());
  backTo.addEventListener('click', () => {
    follow.back();
    turns.current?.querySelector('.stamp')?.focus({ preventScroll: true }); // the button is hidden now
  });

  /* Remembering: only what was played */

  let heard = -1; // the last second that has played
  let saved = -1;
  const remember = () => {
    if (heard <= 5 || audio.ended) return;
    saved = heard;
    memory.set(positionKey(now.guid), heard.toFixed(1));
    if (here?.guid === now.guid && pageOf(location) === shown) history.replaceState({ ...history.state, heard }, '');
    keep('last', { episode: now.guid, title: now.title, page: now.page, audio: now.audio, artwork: now.artwork[0]?.src, duration: duration() });
  };

  /* The audio */

  audio.addEventListener('loadedmetadata', () => {
    if (want !== null) audio.currentTime = Math.min(want, duration());
    dress();
    update(audio.currentTime);
  });
  audio.addEventListener('playing', () => {
    $('.trouble').hidden = true;
    if (want !== null && Math.abs(audio.currentTime - want) > 1) audio.currentTime = want;
    [want, fresh] = [null, false];
    session();
  });
  audio.addEventListener('timeupdate', () => {
    if (audio.currentTime >= stopAt) {
      stopAt = Infinity;
      audio.pause();
    }
    update(position(), !audio.paused);
    if (audio.paused || audio.seeking || fresh) return;
    heard = audio.currentTime;
    if (Math.abs(heard - saved) > 5) remember();
  });
  for (const event of ['play', 'pause', 'waiting', 'playing', 'error']) {
    audio.addEventListener(event, () => {
      player.classList.toggle('loading', event === 'waiting');
      play.setAttribute('aria-label', audio.paused ? play.dataset.play : play.dataset.pause);
      player.classList.toggle('playing', !audio.paused);
      showPlaying();
    });
  }
  audio.addEventListener('pause', () => {
    if (!fresh && !audio.seeking) heard = audio.currentTime;
    remember();
  });
  addEventListener('pagehide', () => remember());
  audio.addEventListener('ended', () => {
    memory.remove(positionKey(now.guid));
    keep('last', null);
  });
  audio.addEventListener('error', () => {
    const code = navigator.onLine ? String(audio.error?.code) : '2';
    audio.pause();
    const reasons = [...player.querySelectorAll('[data-error]')];
    for (const reason of reasons) reason.hidden = reason.dataset.error !== code;
    $('.trouble').hidden = reasons.every((reason) => reason.hidden);
  });

  // showPlaying marks the buttons of the page that pause the episode in the bar.
  const showPlaying = () => {
    for (const button of document.querySelectorAll('a.play-episode')) {
      button.classList.toggle('playing', !audio.paused && button.dataset.episode === now?.guid);
    }
  };

  const toggle = () => (audio.paused ? start() : audio.pause());
  play.addEventListener('click', toggle);
  for (const button of player.querySelectorAll('[data-skip]')) {
    button.addEventListener('click', () => hop(Number(button.dataset.skip)));
  }
  seek.addEventListener('input', () => goTo(Number(seek.value)));
  chapterChoice.addEventListener('change', () => goTo(now.chapters[chapterChoice.value].start));

  const setSpeed = (value) => {
    const rate = Math.round(Math.min(3, Math.max(0.5, Number(value) || 1)) * 10) / 10;
    audio.preservesPitch = true;
    audio.playbackRate = audio.defaultPlaybackRate = rate;
    speed.value = rate;
    return rate;
  };
  speed.replaceChildren(...Array.from({ length: 26 }, (_, i) => new Option(`${(i + 5) / 10}×`, (i + 5) / 10)));
  speed.addEventListener('change', () => keep('speed', setSpeed(speed.value)));

  const setVolume = (value) => {
    const v = Math.min(1, Math.max(0, Number(value ?? 1)));
    audio.volume = volume.value = Number.isFinite(v) ? v : 1;
    return audio.volume;
  };
  setVolume(0.5);
  volume.parentElement.hidden = audio.volume !== 0.5; // on iOS only the keys of the device change the volume
  setVolume(settings.volume);
  volume.addEventListener('input', () => keep('volume', setVolume(volume.value)));

  sleep.addEventListener('change', () => {
    clearTimeout(sleep.timer);
    const minutes = Number(sleep.value);
    if (!(minutes > 0)) return;
    sleep.timer = setTimeout(() => {
      audio.pause();
      sleep.value = '';
    }, minutes * 60_000);
  });
  $('.more').addEventListener('click', () => {
    $('.more').setAttribute('aria-expanded', player.classList.toggle('open'));
  });

  // session describes the episode to the lock screen and the keys of a headset.
  const session = (changed) => {
    const media = navigator.mediaSession;
    if (!media || !now) return;
    if (changed) {
      const about = { title: now.title, artist: player.dataset.show, album: chapter?.title ?? player.dataset.show, artwork: now.artwork };
      if (now.chapters?.length) about.chapterInfo = now.chapters.map((c) => ({ title: c.title, startTime: c.start, artwork: [] }));
      media.metadata = new MediaMetadata(about);
    }
    try {
      media.setPositionState({ duration: duration(), position: Math.min(position(), duration()), playbackRate: audio.playbackRate });
    } catch { /* the duration is not known yet */ }
  };
  for (const [action, f] of Object.entries({
    play: start,
    pause: () => audio.pause(),
    seekbackward: (d) => hop(-(d.seekOffset || 15)),
    seekforward: (d) => hop(d.seekOffset || 30),
    seekto: (d) => goTo(d.seekTime),
    previoustrack: () => skipChapter(-1),
    nexttrack: () => skipChapter(1),
  })) {
    try { navigator.mediaSession?.setActionHandler(action, f); } catch { /* this browser lacks the action */ }
  }
  for (const event of ['seeked', 'ratechange']) audio.addEventListener(event, () => session());

  /* Links */

  const linkAt = (seconds, page) => {
    const link = new URL(page);
    link.hash = `t=${seconds}`;
    return link.href;
  };

  // A link with a time plays from that time. The time goes into the address of
  // the page, so that it can be shared.
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-seek], a[data-episode], a[href^="#t="]');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const { seek: from, stop } = link.dataset;
    const seconds = from === undefined ? parseSpan(link.hash.slice(3))?.start : Number(from);
    const info = infoOf(link, link.getAttribute('href')) ?? here;
    if (!info) return;
    event.preventDefault();
    if (now?.guid === info.guid && seconds === undefined) {
      toggle();
      return;
    }
    if (info === here) history.replaceState(history.state, '', `#t=${seconds}`);
    if (link.closest('#transcript')) follow.away = false;
    put(info.guid === here?.guid ? here : info);
    if (seconds !== undefined) goTo(seconds); // else from where the listener stopped
    start();
    if (stop) stopAt = Number(stop);
  });

  // seekToHash seeks to the time in the address: #t=30,40, or the start of the
  // turn with that anchor. A listener who has listened on from there, and reloads the page
  // or comes back to it, keeps their place.
  const seekToHash = () => {
    const fragment = location.hash.slice(1);
    const span = parseSpan(new URLSearchParams(fragment).get('t') ?? new URLSearchParams(location.search).get('t'));
    let turn = null;
    if (!span && fragment) {
      unpack();
      try { turn = document.getElementById(decodeURIComponent(fragment)); } catch { /* not an anchor */ }
      turn?.scrollIntoView({ behavior: 'instant' });
    }
    const from = span?.start ?? Number(turn?.dataset.start ?? NaN);
    if (!here || !(from >= 0) || now && now.guid !== here.guid && !audio.paused) return;
    put(here);
    if (history.state?.heard && position()) return;
    goTo(from);
    if (span) stopAt = span.end;
  };
  addEventListener('hashchange', seekToHash);

  /* Keys */

  const keysBox = keys.querySelector('input');
  keysBox.checked = settings.keys !== false;
  keysBox.addEventListener('change', () => keep('keys', keysBox.checked));
  keys.querySelector('button').addEventListener('click', () => keys.close());
  $('.show-keys').addEventListener('click', () => keys.showModal());
  const copyTime = () => { if (now) copy(linkAt(Math.floor(position()), now.page)); };
  $('.copy-time').addEventListener('click', copyTime);

  const louder = (by) => keep('volume', setVolume(audio.volume + by));
  const faster = (by) => keep('speed', setSpeed(audio.playbackRate + by));
  const shortcuts = {
    ' ': toggle,
    k: toggle,
    j: () => hop(-15),
    l: () => hop(30),
    ArrowLeft: (shift) => (shift ? skipChapter(-1) : hop(-15)),
    ArrowRight: (shift) => (shift ? skipChapter(1) : hop(30)),
    ArrowUp: () => louder(0.05),
    ArrowDown: () => louder(-0.05),
    m: () => { audio.muted = !audio.muted; },
    '<': () => faster(-0.1),
    '>': () => faster(0.1),
    f: () => {
      if (!follow.box || !turns.some()) return;
      if (!follow.away) follow.box.checked = !follow.box.checked;
      if (follow.box.checked) follow.back();
      follow.show();
    },
    c: copyTime,
  };

  // ownKey reports whether the focused element uses a key itself.
  const ownKey = (element, key) => {
    if (element.isContentEditable || element.closest('select, textarea, dialog')) return true;
    if (element.matches('input')) {
      if (element.type === 'range') return key.startsWith('Arrow');
      return element.type !== 'checkbox' || key === ' ';
    }
    if (key === ' ') return Boolean(element.closest('button, summary, audio, [role="button"]'));
    return element.matches('.stamp') && /Up|Down/.test(key) || key.startsWith('Arrow') && Boolean(element.closest('audio, [role="listbox"], pre'));
  };
  document.addEventListener('keydown', (event) => {
    const { key } = event;
    if (key === 'Tab') skip();
    if (/^(Page|Home|End|Arrow(Up|Down)| )/.test(key) && !event.target.matches('input, select, textarea')) {
      setTimeout(() => event.defaultPrevented || follow.leave());
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!keysBox.checked || ownKey(event.target, key)) return;
    if (key === '?') {
      keys.showModal();
    } else if (key === '/') {
      const field = document.querySelector('main [role="search"] input, [role="search"] input');
      const page = document.querySelector('a[rel~="search"]');
      if (field) {
        field.focus();
      } else if (page) {
        page.hash = 'find';
        page.click();
      } else {
        return;
      }
    } else {
      const f = Object.hasOwn(shortcuts, key) && shortcuts[key];
      const scrolls = key === 'ArrowUp' || key === 'ArrowDown';
      if (!f || !now || event.shiftKey && !/^[<>]|^Arrow(Left|Right)$/.test(key) || scrolls && audio.paused) return;
      f(event.shiftKey);
    }
    event.preventDefault();
  });

  /* Reading along */

  const turnOf = (node) => (node?.nodeType === 1 ? node : node?.parentElement)?.closest('#transcript .turn');

  // The transcript is one stop for the Tab key; arrow keys go from turn to turn.
  const stampsOf = () => {
    unpack();
    return [...document.querySelectorAll('#transcript .turn:not([hidden]) .stamp')];
  };
  let stop = null; // the stamp that the Tab key reaches
  const select = (stamp) => {
    if (stop) stop.tabIndex = -1;
    stop = stamp;
    if (stop) stop.tabIndex = 0;
  };
  // skip takes the other stamps out of the order of the Tab key. It waits for the key,
  // because there may be thousands.
  const skip = () => {
    if (stop?.isConnected && !stop.closest('[hidden]')) return;
    select(stampsOf()[0]);
    for (const stamp of document.querySelectorAll('#transcript .stamp')) if (stamp !== stop) stamp.tabIndex = -1;
  };
  ready(() => {
    stop = null;
    const filter = document.querySelector('.filter');
    if (filter) filter.hidden = false;
  });
  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (!target.matches('#transcript .stamp') || event.ctrlKey || event.metaKey || event.altKey) return;
    const stamps = stampsOf();
    const i = stamps.indexOf(target);
    const to = { ArrowDown: stamps[i + 1], ArrowUp: stamps[i - 1], Home: stamps[0], End: stamps.at(-1) }[key];
    if (!to) return;
    event.preventDefault();
    to.focus();
    follow.leave();
  });

  // The button that copies the link of a turn moves to the turn under the
  // pointer.
  for (const type of ['pointerover', 'focusin']) {
    document.addEventListener(type, ({ target }) => {
      const turn = turnOf(target);
      const speaker = turn?.querySelector('.speaker');
      if (!speaker) return;
      if (type === 'focusin' && target.matches('.stamp')) {
        skip();
        select(target);
      }
      if (turn.dataset.start === undefined || turnLink.parentElement === speaker) return;
      speaker.append(turnLink);
      turnLink.hidden = false;
    });
  }

  // The box above the transcript hides turns that lack one of its words.
  const foldText = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  let filtering;
  document.addEventListener('input', ({ target }) => {
    if (!target.matches('.filter input')) return;
    clearTimeout(filtering);
    filtering = setTimeout(() => {
      const words = foldText(target.value).split(/\s+/).filter(Boolean);
      unpack();
      const all = [...document.querySelectorAll('#transcript .turn')];
      document.querySelector('.turns').classList.toggle('filtered', words.length);
      for (const turn of all) {
        const text = words.length ? foldText(turn.textContent) : '';
        turn.hidden = !words.every((word) => text.includes(word));
      }
      document.querySelector('.filter [role="status"]').textContent = words.length ? `${all.filter((turn) => !turn.hidden).length} / ${all.length}` : '';
    }, 150);
  });
  turnLink.addEventListener('click', () => copy(linkAt(turnOf(turnLink).dataset.start, here.page)));

  // Selected words can be shared as a quote.
  const share = async (text, url) => {
    if (navigator.share) {
      try {
        await navigator.share({ text, url });
        return;
      } catch (error) {
        if (error.name === 'AbortError') return;
      }
    }
    await copy(`${text}\n${url}`);
  };
  const selection = () => {
    const selected = getSelection();
    const turn = selected.rangeCount && turnOf(selected.getRangeAt(0).startContainer);
    const text = selected.toString().trim();
    return turn && text && turn.querySelector('.words')?.contains(selected.getRangeAt(0).endContainer) ? { turn, text } : null;
  };
  document.addEventListener('selectionchange', () => {
    clearTimeout(quote.timer);
    quote.timer = setTimeout(() => { quote.hidden = !selection(); }, 200);
  });
  quote.addEventListener('pointerdown', (event) => event.preventDefault()); // keeps the selection
  quote.addEventListener('click', () => {
    const found = selection();
    if (!found) return;
    const { turn, text } = found;
    const speaker = turn.querySelector('.speaker bdi')?.textContent;
    const seconds = turn.dataset.start;
    share(`“${text}”${speaker ? ` — ${speaker}` : ''}`, seconds === undefined ? `${here.page}#${turn.id}` : linkAt(seconds, here.page));
  });

  // The player for other sites fetches the transcript when the listener opens it.
  const folded = document.querySelector('details[data-page]');
  folded?.addEventListener('toggle', async () => {
    try {
      const [doc, base] = await fetchPage(new URL(folded.dataset.page, location.href).href);
      const found = doc.querySelector('#transcript .turns');
      for (const name of ['href', 'src']) {
        for (const e of found.querySelectorAll(`[${name}]`)) e[name] = new URL(e.getAttribute(name), base).href;
      }
      folded.lastElementChild.replaceWith(found);
      refresh();
    } catch { /* the link to the page stays */ }
  }, { once: true });

  // Buttons that copy an address.
  ready(() => {
    for (const button of document.querySelectorAll('button[data-copy]')) {
      const field = document.getElementById(button.dataset.copy);
      const label = button.textContent;
      field.onfocus = () => field.select();
      if (!navigator.clipboard) continue; // not a secure context
      button.hidden = false;
      button.onclick = async () => {
        if (!await copy(field.value)) {
          field.focus(); // the field is selected, so that the listener can copy it
          return;
        }
        button.textContent = button.dataset.done;
        setTimeout(() => { button.textContent = label; }, 2000);
      };
    }
  });

  // The home page offers the episode that the listener played last.
  ready(() => {
    const offer = document.querySelector('.continue');
    const { last } = settings;
    if (!offer || !last?.episode || [last.page, last.audio].some((url) => !String(url).startsWith(home.href))) return;
    const [link, button, image, left] = ['h3 a', '.play-episode', 'img', '.continue-left'].map((selector) => offer.querySelector(selector));
    const seconds = Number(memory.get(positionKey(last.episode)));
    link.textContent = button.querySelector('bdi').textContent = last.title;
    link.href = last.page;
    button.href = last.audio;
    Object.assign(button.dataset, last);
    if (image) [image.srcset, image.src] = ['', last.artwork];
    left.textContent = `−${clock(last.duration - seconds)}`;
    offer.style.setProperty('--played', seconds / last.duration);
    offer.hidden = false;
  });

  /* Pages */

  // While audio plays, a link to another page of the site replaces everything
  // around the bar. If anything fails, the link is followed as usual.
  const fetchPage = async (url) => {
    const answer = await fetch(url, { headers: { Accept: 'text/html' } });
    if (!answer.ok || !answer.headers.get('Content-Type')?.startsWith('text/html') || !answer.url.startsWith(home.href)) throw new Error(url);
    const doc = new DOMParser().parseFromString(await answer.text(), 'text/html');
    unpack(packed(doc));
    return [doc, answer.url];
  };
  const pageOf = (url) => url.origin + url.pathname + url.search;
  const isPage = (url) => url.href.startsWith(home.href) && /(\/|\.html)$/.test(url.pathname);

  let shown = pageOf(location); // address of the page in the document
  const loaded = new Set([...document.querySelectorAll('link[rel="stylesheet"], script[src]')].map((e) => e.href || e.src));
  let going = 0; // counts navigations, to drop outdated ones

  // fixLinks makes the links in the head absolute, because the address of the
  // page changes.
  const fixLinks = () => {
    for (const link of document.querySelectorAll('link:not([rel="stylesheet"])')) link.setAttribute('href', link.href);
  };

  // swap shows a page that was fetched. The address has changed already.
  const swap = async (doc) => {
    const next = infoOfPage(doc); // before swap moves its elements
    const absolute = (element, name) => new URL(element.getAttribute(name), location.href).href;
    const loading = [];
    for (const link of doc.querySelectorAll('link[rel="stylesheet"]')) {
      const href = absolute(link, 'href');
      if (loaded.has(href)) continue;
      loaded.add(href);
      const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
      loading.push(new Promise((done) => { style.onload = style.onerror = done; }));
      document.head.append(style);
    }
    await Promise.race([Promise.all(loading), new Promise((done) => { setTimeout(done, 1000); })]);

    const kept = 'link[rel="stylesheet"], link[rel="icon"], script[src], meta[charset], meta[http-equiv]';
    for (const element of [...document.head.children]) if (!element.matches(kept)) element.remove();
    for (const element of [...doc.head.children]) if (!element.matches(kept)) document.head.append(element);
    fixLinks();
    for (const name of ['lang', 'dir']) document.documentElement[name] = doc.documentElement[name];
    document.body.className = doc.body.className;
    player.append(turnLink);
    turnLink.hidden = quote.hidden = true;

    // The bar stays where it is, because moving it would stop the audio.
    const bar = [...doc.body.children].findIndex((element) => element.id === 'player');
    for (const element of [...document.body.children]) if (element !== player) element.remove();
    [...doc.body.children].forEach((element, i) => {
      if (i < bar) player.before(element);
      else if (i > bar) document.body.append(element);
    });
    follow.away = false;
    here = next;
    for (const script of doc.querySelectorAll('script[src]')) {
      const src = absolute(script, 'src');
      if (loaded.has(src)) continue;
      loaded.add(src);
      document.head.append(Object.assign(document.createElement('script'), { src }));
    }
    refresh();
  };

  // go shows a page of the site. If push is set, it adds the page to the history;
  // otherwise the browser has done so.
  const go = async (url, push) => {
    const turn = ++going;
    try {
      const [doc, found] = await fetchPage(pageOf(url));
      if (turn !== going) return;
      if (!doc.querySelector('main') || !doc.getElementById('player') || doc.querySelector('meta[http-equiv="refresh"]')) throw new Error(url);
      fixLinks();
      if (push) history.pushState({}, '', found + url.hash); // a server may have added a slash
      shown = pageOf(location);
      await swap(doc);
      const anchor = url.hash && document.getElementById(url.hash.slice(1));
      if (anchor) anchor.scrollIntoView();
      else scrollTo({ top: push ? 0 : history.state?.scroll ?? 0, behavior: 'instant' });
      const field = anchor?.form && anchor;
      const heading = field || (document.querySelector('main h1') ?? document.querySelector('main'));
      if (!field) heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      seekToHash();
    } catch {
      if (turn !== going) return;
      if (push) location.assign(url);
      else location.reload();
    }
  };

  // leavePage keeps the scroll position of the page, for the way back.
  const leavePage = () => {
    history.scrollRestoration = 'manual';
    history.replaceState({ ...history.state, scroll: scrollY }, '');
  };
  // visit goes to a page for an event, if that must not stop the audio.
  const visit = (event, url) => {
    if (audio.paused || !isPage(url) || pageOf(url) === shown) return;
    event.preventDefault();
    leavePage();
    go(url, true);
  };
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target && link.target !== '_self' || link.hasAttribute('download')) return;
    visit(event, new URL(link.href));
  });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'get') return;
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form));
    visit(event, url);
  });
  addEventListener('popstate', () => {
    if (pageOf(location) !== shown) go(new URL(location.href), false);
    else if (history.state?.scroll >= 0) scrollTo({ top: history.state.scroll, behavior: 'instant' });
  });
  let scrolling;
  addEventListener('scroll', () => {
    if (history.scrollRestoration !== 'manual') return;
    clearTimeout(scrolling);
    scrolling = setTimeout(() => { if (pageOf(location) === shown) leavePage(); }, 300);
  }, { passive: true });

  /* Start */

  Object.assign(onair, { ready, home, refresh });
  ready(() => {
    const box = follow.box;
    if (!box) return;
    box.parentElement.hidden = !document.querySelector('#transcript .turn[data-start]');
    box.checked = settings.follow === true;
    box.onchange = () => {
      keep('follow', box.checked);
      follow.away = false;
      if (box.checked) follow.scroll();
      follow.show();
    };
  });
  if (history.scrollRestoration === 'manual' && history.state?.scroll) scrollTo({ top: history.state.scroll, behavior: 'instant' });
  here = infoOfPage(document);
  if (here) {
    put(here);
    seekToHash();
  }
})();
