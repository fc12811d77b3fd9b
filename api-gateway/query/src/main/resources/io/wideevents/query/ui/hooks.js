import { useEffect, useRef, useState } from './ui.js';
import { delayed, tail } from './api.js';
import { hashOf, readState } from './state.js';

/** The state in the address. Each change is a step of the browser's history, except one that only corrects the address. */
export function useAddress() {
  const [state, setState] = useState(readState);
  useEffect(() => {
    const changed = () => setState(readState());
    addEventListener('popstate', changed);
    addEventListener('hashchange', changed);
    return () => {
      removeEventListener('popstate', changed);
      removeEventListener('hashchange', changed);
    };
  }, []);
  const go = (changes) => {
    const next = { ...readState(), ...changes };
    const hash = hashOf(next);
    if (hash !== (location.hash || '#')) history.pushState(null, '', hash);
    setState(next);
  };
  return [state, go];
}

/**
 * Loads when the key changes, and cancels the request of the earlier key. What was loaded before stays visible meanwhile.
 *
 * @param key text that names what is loaded; null loads nothing
 */
export function useLoad(key, load) {
  const [result, setResult] = useState({ key: null, data: null, problem: null });
  useEffect(() => {
    if (key === null) return undefined;
    const abort = new AbortController();
    load(abort.signal).then(
      (data) => abort.signal.aborted || setResult({ key, data, problem: null }),
      (problem) => abort.signal.aborted || setResult((before) => ({ key, data: before.data, problem })),
    );
    return () => abort.abort();
  }, [key]);
  return { data: key === null ? null : result.data, problem: result.key === key ? result.problem : null, loading: key !== null && result.key !== key };
}

const MOST_LIVE = 200;
const FLUSH_MILLIS = 250;
// The gateway allows few tails, and needs a moment to notice that one was closed.
const BETWEEN_TAILS_MILLIS = 2000;
const NOTHING_LIVE = { events: [], skipped: 0, note: '', missed: false, opened: null };

/** New events while `on`. They are shown at most four times a second. `opened` is the filter for which the stream is open. */
export function useLive(on, filter, onProblem) {
  const [live, setLive] = useState(NOTHING_LIVE);
  const started = useRef(-Infinity);
  const problem = useRef(onProblem);
  problem.current = onProblem;
  useEffect(() => {
    setLive(NOTHING_LIVE);
    if (!on) return undefined;
    const abort = new AbortController();
    let arrived = [];
    let skipped = 0;
    let timer = null;
    const flush = () => {
      timer = null;
      const events = arrived.reverse();
      const more = skipped;
      arrived = [];
      skipped = 0;
      setLive((l) => ({ ...l, events: [...events, ...l.events].slice(0, MOST_LIVE), skipped: l.skipped + more }));
    };
    const later = () => (timer ??= setTimeout(flush, FLUSH_MILLIS));
    const start = async () => {
      await delayed(started.current + BETWEEN_TAILS_MILLIS - performance.now(), abort.signal);
      if (abort.signal.aborted) return;
      started.current = performance.now();
      await tail(filter, {
        open: () => setLive((l) => ({ ...l, opened: filter })),
        event: (e) => { arrived.push(e); later(); },
        skipped: (n) => { skipped += n; later(); },
        missed: () => setLive((l) => ({ ...l, missed: true })),
        state: (note) => setLive((l) => ({ ...l, note })),
      }, abort.signal);
    };
    start().catch((e) => abort.signal.aborted || problem.current(e));
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [on, filter]);
  return live;
}
