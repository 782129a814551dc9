// Turns the plain audio element of an episode's page into a player: chapters
// and transcript turns seek and show where the audio is, #t=83 starts there,
// position and speed are remembered. Without this script the browser's own
// controls play the episode. All words are in the templates.
(() => {
  'use strict';

  const player = document.getElementById('player');
  const audio = player?.querySelector('audio');
  if (!audio) return;

  const find = (selector) => player.querySelector(selector);
  const play = find('.play');
  const seek = find('.seek');
  const elapsed = find('.elapsed');
  const total = find('.total');
  const title = find('.now-title');
  const speed = find('.speed select');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');

  const clock = (seconds) => {
    const s = Math.floor(Math.max(0, seconds));
    const pad = (n) => String(n).padStart(2, '0');
    const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
    return h ? `${h}:${pad(m)}:${pad(s % 60)}` : `${m}:${pad(s % 60)}`;
  };

  // Storage may be forbidden or full; the player works without.
  const memory = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* not kept */ } },
    remove(key) { try { localStorage.removeItem(key); } catch { /* not kept */ } },
  };
  const positionKey = `onair-position-${player.dataset.episode}`;
  const speedKey = 'onair-speed';

  const duration = () => (Number.isFinite(audio.duration) ? audio.duration : Number(player.dataset.duration)) || 0;

  // goTo moves the audio, also before the browser has loaded any of it.
  let pending = null;
  const goTo = (seconds) => {
    const to = Math.min(Math.max(0, seconds), duration() || Infinity);
    if (audio.readyState === 0) {
      pending = to;
      audio.load();
    } else {
      audio.currentTime = to;
    }
    show(to);
  };
  const position = () => pending ?? audio.currentTime;
  audio.addEventListener('loadedmetadata', () => {
    if (pending !== null) audio.currentTime = pending;
    pending = null;
    seek.max = Math.floor(duration());
    total.textContent = clock(duration());
    mark();
    show(audio.currentTime);
  });

  // A list knows which of its elements the audio is in: the last that has
  // started, unless that has an end and is over.
  const list = (selector) => {
    const items = [...document.querySelectorAll(selector)].map((element) => ({
      element,
      start: Number(element.dataset.start),
      end: element.dataset.end === undefined ? Infinity : Number(element.dataset.end),
    }));
    let current = null;
    return {
      items,
      // at returns the element that has just become current, else null.
      at(time) {
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
  const chapters = list('.chapters li[data-start]');
  const turns = list('#transcript .turn[data-start]');

  const follow = document.querySelector('.follow input');
  const scrollTo = (element) => element.scrollIntoView({ block: 'center', behavior: calm.matches ? 'auto' : 'smooth' });

  const show = (time) => {
    elapsed.textContent = clock(time);
    seek.value = time;
    seek.setAttribute('aria-valuetext', `${clock(time)} / ${clock(duration())}`);
    seek.parentElement.style.setProperty('--played', duration() ? time / duration() : 0);
    const now = time === 0 && audio.paused ? -1 : time; // nothing is current before the start
    chapters.at(now);
    title.textContent = chapters.current?.querySelector('.chapter-title').textContent ?? player.dataset.title;
    const turn = turns.at(now);
    if (turn && follow?.checked && !audio.paused) scrollTo(turn);
  };

  // The waveform becomes the track, filled as far as the audio was heard. As a
  // mask it has the colours of the theme; where it cannot be had as one, as in a
  // page of a local file, the plain track stays.
  const waveform = find('.waveform');
  if (waveform && CSS.supports('mask', 'none')) {
    fetch(waveform.src).then((answer) => {
      if (!answer.ok) return;
      seek.parentElement.style.setProperty('--waveform', `url("${waveform.src}")`);
      seek.parentElement.classList.add('drawn');
    }).catch(() => { /* the plain track */ });
  }

  // mark puts the start of each chapter on the timeline.
  const mark = () => {
    const track = seek.parentElement;
    track.querySelectorAll('i').forEach((tick) => tick.remove());
    for (const { start } of chapters.items) {
      if (start <= 0 || start >= duration()) continue;
      const tick = document.createElement('i');
      tick.style.setProperty('--at', start / duration());
      track.append(tick);
    }
  };

  play.addEventListener('click', () => (audio.paused ? audio.play() : audio.pause()));
  for (const event of ['play', 'pause']) {
    audio.addEventListener(event, () => {
      play.setAttribute('aria-label', audio.paused ? play.dataset.play : play.dataset.pause);
      player.classList.toggle('playing', !audio.paused);
    });
  }
  for (const button of player.querySelectorAll('[data-skip]')) {
    button.addEventListener('click', () => goTo(position() + Number(button.dataset.skip)));
  }
  seek.addEventListener('input', () => goTo(Number(seek.value)));
  speed.addEventListener('change', () => {
    audio.playbackRate = Number(speed.value);
    memory.set(speedKey, speed.value);
  });

  // A link with a time plays from there. The fragment stays in the address, so
  // that it can be shared.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-seek]');
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const hash = new URL(link.href).hash;
    history.replaceState(history.state, '', hash);
    goTo(Number(link.dataset.seek));
    audio.play();
  });

  // #t=83, #t=1:23 and the anchor of a turn say where to start.
  const timeOfHash = () => {
    const fragment = location.hash.slice(1);
    const stamp = new URLSearchParams(fragment).get('t')?.match(/^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/);
    if (stamp) {
      const [h, m, s] = stamp.slice(1).map((part) => Number(part ?? 0));
      return h * 3600 + m * 60 + s;
    }
    const start = fragment && document.getElementById(fragment)?.dataset.start;
    return start ? Number(start) : null;
  };
  addEventListener('hashchange', () => {
    const time = timeOfHash();
    if (time !== null) goTo(time);
  });

  let saved = 0;
  const remember = () => {
    saved = audio.currentTime;
    if (saved > 5 && !audio.ended) memory.set(positionKey, saved.toFixed(1));
  };
  audio.addEventListener('timeupdate', () => {
    show(position());
    if (Math.abs(audio.currentTime - saved) > 5) remember();
  });
  audio.addEventListener('pause', remember);
  addEventListener('pagehide', remember);
  audio.addEventListener('ended', () => memory.remove(positionKey));

  // The lock screen and the keys of a headset.
  const session = navigator.mediaSession;
  if (session) {
    const { title: name, show: album, artwork } = player.dataset;
    session.metadata = new MediaMetadata({ title: name, artist: album, artwork: artwork ? [{ src: artwork }] : [] });
    session.setActionHandler('seekbackward', () => goTo(position() - 15));
    session.setActionHandler('seekforward', () => goTo(position() + 30));
    session.setActionHandler('seekto', (details) => goTo(details.seekTime));
  }

  audio.removeAttribute('controls');
  find('.controls').hidden = false;
  player.classList.add('awake');
  if (follow && turns.items.length) follow.parentElement.hidden = false;
  const rate = memory.get(speedKey);
  if ([...speed.options].some((option) => option.value === rate)) {
    speed.value = rate;
    audio.playbackRate = audio.defaultPlaybackRate = Number(rate);
  }
  mark();
  const start = timeOfHash() ?? Number(memory.get(positionKey));
  if (start > 0) goTo(start);
  else show(0);
})();
