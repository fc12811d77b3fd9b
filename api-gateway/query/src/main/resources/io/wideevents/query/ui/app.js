import { html, render, useEffect, useMemo, useState } from './ui.js';
import { call, eventPath, hasKey, onKeyNeeded, parseFigures, Problem, setKey, withParams } from './api.js';
import { addTerm, and, isUuid, loneId, termFor } from './filter.js';
import { count, curl, instant, measure, percent, periodName } from './format.js';
import { hashOf, isRelative } from './state.js';
import { useAddress, useLive, useLoad } from './hooks.js';
import { Histogram, Percentiles } from './charts.js';
import { Heatmap } from './heatmap.js';
import { QueryBar } from './querybar.js';
import { TimeRange } from './timerange.js';
import { Rows } from './rows.js';
import { Groups } from './groups.js';
import { Compare } from './compare.js';
import { Drawer } from './drawer.js';
import { Banner, PipelinePanel, STATE_SIGN, useReadiness } from './pipeline.js';
import { Grammar, NoEvents, NoMatch } from './empty.js';
import { KeyDialog } from './keydialog.js';
import { Guard } from './guard.js';

const PAGE = 100;
const LIVE_STATS_MILLIS = 10_000;
const TABS = [['events', 'Events'], ['groups', 'Groups'], ['compare', 'Compare']];

const numbersOf = (field) => ['count', 'error_rate', `p50(${field})`, `p95(${field})`, `p99(${field})`];

function intervalMillis(stats) {
  if (stats.series.length > 1) return Date.parse(stats.series[1].at) - Date.parse(stats.series[0].at);
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(stats.interval ?? '') ?? [];
  return (((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * 1000 || 60_000;
}

/** The bounds in a term such as size:1..20, or null. A link may contain a term of any length. */
function boundsIn(term, field) {
  const [name, range, ...more] = term.split(':');
  const bounds = name === field && range && more.length === 0 ? range.split('..') : [];
  if (bounds.length !== 2 || bounds.includes('')) return null;
  const [low, high] = bounds.map(Number);
  return low <= high ? { low, high } : null;
}

/** The part of the events that is compared with the rest, from the address. */
function selectionOf(state) {
  if (!state.sel && !state.selFrom) return null;
  const from = state.selFrom || state.from;
  const to = state.selTo || state.to;
  const bounds = state.selFrom ? boundsIn(state.sel, state.field) : null;
  return {
    terms: state.sel,
    from,
    to,
    text: `${state.sel}${state.selFrom ? ` · ${periodName(from, to)}` : ''}`,
    rectangle: bounds && { from: Date.parse(from), to: Date.parse(to), ...bounds },
  };
}

function App() {
  const [state, go] = useAddress();
  const [theme, setTheme] = useState(document.documentElement.dataset.theme);
  const [tick, setTick] = useState(0);
  const [message, setMessage] = useState('');
  const [needKey, setNeedKey] = useState(null);
  const [older, setOlder] = useState({ key: null, events: [], next: null, loading: false });
  const [liveProblem, setLiveProblem] = useState(null);
  const health = useReadiness();
  const { q, from, to, field, tab } = state;
  const live = state.live === '1';
  const period = { from, to };
  const selection = selectionOf(state);

  useEffect(() => {
    onKeyNeeded((problem) => new Promise((resolve, reject) => setNeedKey({ problem, resolve, reject })));
  }, []);
  useEffect(() => {
    if (!message) return undefined;
    const id = setTimeout(() => setMessage(''), 3000);
    return () => clearTimeout(id);
  }, [message]);
  useEffect(() => {
    if (!live) return undefined;
    const id = setInterval(() => document.hidden || setTick((t) => t + 1), LIVE_STATS_MILLIS);
    return () => clearInterval(id);
  }, [live]);
  useEffect(() => {
    const onKey = (e) => {
      if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.('input, textarea, select, dialog')) return;
      e.preventDefault();
      const input = document.getElementById('query');
      input.focus();
      input.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const view = JSON.stringify([q, from, to]);
  const stats = useLoad(JSON.stringify([view, field, tick]), (signal) => call('/v1/query', {
    signal,
    read: parseFigures,
    body: { filter: q, ...period, calculate: numbersOf(field), series: 'auto', heatmap: field },
  }));
  const tailed = useLive(live, q, (problem) => {
    setLiveProblem(problem);
    go({ live: '' });
  });
  // Loaded again when the tail is open, because events may have been stored before that.
  const listKey = JSON.stringify([view, state.order, live ? tailed.opened === q : tick, live]);
  const list = useLoad(listKey, (signal) => call('/v1/events', { signal, params: { filter: q, ...period, order: state.order, limit: PAGE } }));
  const fields = useLoad(JSON.stringify([from, to]), (signal) => call('/v1/fields', { signal, params: period }).then((r) => r.fields));
  const groups = useLoad(tab === 'groups' ? JSON.stringify([view, state.group, state.sort, field, tick]) : null, (signal) => call('/v1/query', {
    signal,
    read: parseFigures,
    body: { filter: q, ...period, calculate: ['count', 'error_rate', `p50(${field})`, `p95(${field})`], groupBy: [state.group], series: 'none', limit: 50, orderBy: state.sort },
  }));
  const compared = useLoad(tab === 'compare' && selection ? JSON.stringify([view, state.sel, state.selFrom, state.selTo]) : null, (signal) => call('/v1/compare', {
    signal,
    read: parseFigures,
    body: { selection: { filter: and(q, state.sel), from: selection.from, to: selection.to }, baseline: { filter: q, ...period }, limit: 30 },
  }));
  const pipeline = useLoad('once', (signal) => call('/v1/pipeline', { signal }));
  const nothing = stats.data?.total.count === 0 && !stats.loading && !stats.problem;
  const anything = useLoad(nothing ? JSON.stringify(['any', tick]) : null, (signal) => call('/v1/events', { signal, params: { from: '-399d', to: 'now', limit: 1 } }));
  const noEventsAtAll = nothing && anything.data !== null && anything.data.events.length === 0;

  const page = older.key === listKey ? older : null;
  const events = useMemo(() => {
    const seen = new Set();
    const all = [...tailed.events, ...(list.data?.events ?? []), ...(page?.events ?? [])];
    return all.filter((e) => !seen.has(e.eventId) && seen.add(e.eventId));
  }, [tailed, list.data, page]);
  const fresh = useMemo(() => new Set(tailed.events.map((e) => e.eventId)), [tailed]);
  const next = page ? page.next : list.data?.next;

  async function more() {
    setOlder({ key: listKey, events: page?.events ?? [], next, loading: true });
    try {
      const reply = await call('/v1/events', { params: { filter: q, from: list.data.from, to: list.data.to, order: state.order, limit: PAGE, cursor: next } });
      setOlder({ key: listKey, events: [...(page?.events ?? []), ...reply.events], next: reply.next, loading: false });
    } catch (problem) {
      setOlder({ key: listKey, events: page?.events ?? [], next, loading: false });
      setMessage(problem.message);
    }
  }

  /** A filter that consists of one id finds the request or the event in any period. */
  async function search(text) {
    setLiveProblem(null);
    const id = loneId(text);
    if (id) {
      try {
        const { events: found } = await call(`/v1/requests/${encodeURIComponent(id)}`);
        if (found.length > 0) {
          const times = found.map((e) => Date.parse(e.timestamp));
          const minute = 60_000;
          go({ q: termFor('requestId', id), from: instant(Math.min(...times) - minute), to: instant(Math.max(...times) + minute), tab: 'events', event: found[0].eventId, live: '' });
          return;
        }
        if (isUuid(id)) {
          const event = await call(eventPath(id));
          const time = Date.parse(event.timestamp);
          go({ q: termFor('eventId', id), from: instant(time - 60_000), to: instant(time + 60_000), tab: 'events', event: id, live: '' });
          return;
        }
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        // Neither a request nor an event has this id: the text is searched in the summaries.
      }
    }
    go({ q: text, sel: '', selFrom: '', selTo: '' });
    setTick((t) => t + 1);
  }

  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      setMessage(`Copied: ${what.slice(0, 60)}`);
    } catch {
      setMessage(copyBySelection(text) ? `Copied: ${what.slice(0, 60)}` : 'The browser does not allow copying here.');
    }
  }

  function copyLink() {
    const shown = stats.data ? { from: stats.data.from, to: stats.data.to } : {};
    const pinned = isRelative(from) || isRelative(to) ? shown : {};
    copy(location.origin + location.pathname + hashOf({ ...state, ...pinned, live: '' }), 'link to these events');
  }

  function switchTheme() {
    const chosen = theme === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem('wideevents.theme', chosen);
    } catch {
      // The choice is then lost when the page is closed.
    }
    setTheme(chosen);
  }

  const zoom = (low, high) => go({ from: instant(low), to: instant(Math.max(high, low + 1)), live: '', sel: '', selFrom: '', selTo: '' });
  const addFilter = (term) => go({ q: addTerm(q, term) });
  const groupBy = (name) => go({ group: name, tab: 'groups' });
  const startCompare = (more_) => go({ tab: 'compare', sel: more_, selFrom: '', selTo: '' });
  const selectOnHeatmap = (r) => go({
    tab: 'compare',
    sel: `${field}:${r.low}..${r.high}`,
    selFrom: instant(Math.max(r.from, Date.parse(stats.data.from))),
    selTo: instant(Math.min(r.to, Date.parse(stats.data.to))),
    live: '',
  });
  const filterFromCompare = (term, only) => (only
    ? go({ q: and(q, only.terms), from: only.from, to: only.to, tab: 'events', sel: '', selFrom: '', selTo: '' })
    : addFilter(term));

  const filterProblem = [stats.problem, list.problem].find((p) => p?.code === 'filter_invalid' || p?.code === 'field_invalid') ?? null;
  const problem = filterProblem ? null : stats.problem ?? list.problem ?? groups.problem ?? compared.problem ?? liveProblem;
  const interval = stats.data ? intervalMillis(stats.data) : 60_000;
  const p95 = stats.data?.total[`p95(${field})`] ?? 0;
  const numericFields = (fields.data ?? []).filter((f) => f.types.includes('number'));
  const status = health?.status ?? 'unknown';

  return html`
    <a class="skip" href="#results" onClick=${(e) => { e.preventDefault(); document.getElementById('results')?.focus(); }}>Skip to the results</a>
    <header class="top">
      <h1><img src="icon.svg" alt="" width="20" height="20" /> <span>wide-events</span></h1>
      <${QueryBar} filter=${q} period=${period} problem=${filterProblem} onSubmit=${search} />
      <div class="tools">
        <${TimeRange} from=${from} to=${to} shown=${stats.data && { from: Date.parse(stats.data.from), to: Date.parse(stats.data.to) }} onChange=${(p) => go({ ...p, live: p.to === 'now' ? state.live : '', sel: '', selFrom: '', selTo: '' })} />
        <button type="button" class="live" role="switch" aria-checked=${live} onClick=${() => { setLiveProblem(null); go(live ? { live: '' } : { live: '1', order: 'desc', tab: 'events', ...(to === 'now' ? {} : { from: '-15m', to: 'now' }) }); }}><span class="dot" aria-hidden="true"></span>Live</button>
        <button type="button" class=${`status ${status}`} title=${`The gateway is ${status}`} onClick=${() => go({ panel: 'pipeline', event: '' })}><span class="sign" aria-hidden="true">${STATE_SIGN[status] ?? '?'}</span><span class="wide-only">Pipeline</span><span class="sr">, ${status}</span></button>
        <button type="button" class="icon" aria-label=${`Use the ${theme === 'dark' ? 'light' : 'dark'} theme`} title="Light or dark" onClick=${switchTheme}>${theme === 'dark' ? '☀' : '☾'}</button>
      </div>
    </header>
    <${Banner} health=${health} onDetails=${() => go({ panel: 'pipeline', event: '' })} />
    <main>
      ${problem && html`<div class="problem" role="alert"><p><strong>${problem.message}</strong> ${problem.fix}</p><button type="button" onClick=${() => setTick((t) => t + 1)}>Try again</button></div>`}
      ${filterProblem && html`<${Grammar} onFilter=${(filter) => go({ q: filter })} />`}
      ${noEventsAtAll && !live && html`<${NoEvents} onCopy=${copy} onPipeline=${() => go({ panel: 'pipeline', event: '' })} onRefresh=${() => setTick((t) => t + 1)} />`}
      ${nothing && !live && !noEventsAtAll && !anything.loading && html`<${NoMatch} state=${state} onGo=${go} onPipeline=${() => go({ panel: 'pipeline', event: '' })} />`}
      ${!stats.data && !stats.problem && html`<p class="loading note">Loading …</p>`}
      ${stats.data && (!nothing || live) && !filterProblem && html`
        <div class="strip">
          <${Guard} name="The figures" of=${stats.data}><${Totals} total=${stats.data.total} field=${field} /><//>
          ${stats.data.weighted && html`<span class="note">weighted by sample rate</span>`}
          <label class="measure">Measure <input class="mono" list="number-fields" key=${field} defaultValue=${field} onChange=${(e) => e.target.value.trim() && go({ field: e.target.value.trim(), sel: '', selFrom: '', selTo: '' })} /></label>
          <datalist id="number-fields">${numericFields.map((f) => html`<option key=${f.name} value=${f.name} />`)}</datalist>
          <span class="actions">
            <button type="button" onClick=${copyLink}>Copy link</button>
            <button type="button" onClick=${() => copy(curl(withParams('/v1/events', { filter: q, ...period, limit: 1000 }), hasKey(), "-H 'Accept: application/x-ndjson'"), 'curl command')}>Copy as curl</button>
          </span>
        </div>
        <div class="charts" aria-busy=${stats.loading}>
          <${Guard} name="The histogram" of=${stats.data}><${Histogram} stats=${stats.data} interval=${interval} theme=${theme} onZoom=${zoom} /><//>
          <${Guard} name="The heatmap" of=${stats.data}><${Heatmap} stats=${stats.data} field=${field} interval=${interval} theme=${theme} selection=${selection?.rectangle} onSelect=${selectOnHeatmap} /><//>
          <${Guard} name="The chart of percentiles" of=${stats.data}><${Percentiles} stats=${stats.data} field=${field} interval=${interval} theme=${theme} onZoom=${zoom} /><//>
        </div>
        <div class="tabs main-tabs" role="tablist" aria-label="Results" onKeyDown=${(e) => tabKeys(e, tab, go)}>
          ${TABS.map(([name, text]) => html`<button key=${name} id=${`main-${name}`} type="button" role="tab" aria-selected=${tab === name} aria-controls="results" tabindex=${tab === name ? 0 : -1} onClick=${() => go({ tab: name })}>${text}</button>`)}
          ${live && html`<span class="note live-note" role="status">${tailed.note || `Live: ${count(tailed.events.length)} new`}${tailed.skipped > 0 ? ` · ${count(tailed.skipped)} skipped, more than 50 a second` : ''}${tailed.missed ? ' · Events that were stored during an interruption are not shown' : ''}</span>`}
        </div>
        <div id="results" role="tabpanel" aria-labelledby=${`main-${tab}`} tabindex="-1">
          ${tab === 'events' && html`<${Guard} key="events" name="The list of events" of=${events}><${Rows} events=${events} fresh=${fresh} selected=${state.event} order=${state.order} more=${Boolean(next)} loading=${list.loading || page?.loading}
            onOpen=${(id) => go({ event: id, panel: '' })} onMore=${more} onOrder=${(order) => go({ order, live: '' })} /><//>`}
          ${tab === 'groups' && html`<${Guard} key="groups" name="The list of groups" of=${groups.data}><${Groups} reply=${groups.data} group=${state.group} field=${field} sort=${state.sort} fields=${fields.data ?? []} loading=${groups.loading}
            onGroup=${(group) => go({ group })} onSort=${(sort) => go({ sort })} onFilter=${addFilter} /><//>`}
          ${tab === 'compare' && html`<${Guard} key="compare" name="The comparison" of=${compared.data}><${Compare} reply=${compared.data} selection=${selection} loading=${compared.loading} field=${field} p95=${p95}
            onFilter=${filterFromCompare} onStart=${startCompare} onClear=${() => go({ sel: '', selFrom: '', selTo: '' })} /><//>`}
        </div>`}
    </main>
    <footer class="keys note"><kbd>/</kbd> filter <kbd>↑</kbd> <kbd>↓</kbd> rows <kbd>Enter</kbd> open <kbd>Esc</kbd> close</footer>
    ${state.event && html`<${Drawer} key="event" id=${state.event} known=${events.find((e) => e.eventId === state.event)} traceLink=${pipeline.data?.traceLink}
      onClose=${() => go({ event: '' })} onOpen=${(id) => go({ event: id })} onFilter=${addFilter} onGroup=${groupBy} onCopy=${copy} />`}
    ${state.panel === 'pipeline' && !state.event && html`<${Guard} key="pipeline" name="The state of the pipeline"><${PipelinePanel} onClose=${() => go({ panel: '' })} onOpen=${(id) => go({ event: id, panel: '' })} /><//>`}
    ${needKey && html`<${KeyDialog} problem=${needKey.problem} onKey=${(key) => { setKey(key); setNeedKey(null); needKey.resolve(); }} onCancel=${() => { setNeedKey(null); needKey.reject(needKey.problem); }} />`}
    <div class="toast" role="status" aria-live="polite">${message}</div>`;
}

function Totals({ total, field }) {
  return html`<dl class="figures" aria-label="Totals">
    <div><dt>Events</dt><dd>${count(total.count)}</dd></div>
    <div><dt>Error rate</dt><dd>${percent(total.error_rate)}</dd></div>
    ${['p50', 'p95', 'p99'].map((p) => html`<div key=${p}><dt>${p}</dt><dd>${measure(total[`${p}(${field})`], field)}</dd></div>`)}
  </dl>`;
}

function tabKeys(e, tab, go) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
  if (!step) return;
  e.preventDefault();
  const names = TABS.map(([name]) => name);
  const name = names[(names.indexOf(tab) + step + names.length) % names.length];
  go({ tab: name });
  document.getElementById(`main-${name}`)?.focus();
}

/** The clipboard of a page that was not loaded over HTTPS or from localhost. */
function copyBySelection(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'sr';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

render(html`<${Guard} name="The page"><${App} /><//>`, document.getElementById('app'));
