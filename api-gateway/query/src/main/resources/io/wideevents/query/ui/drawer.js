import { html, useEffect, useState } from './ui.js';
import { call, eventPath, hasKey } from './api.js';
import { clock, curl, dateTime, measure } from './format.js';
import { termFor } from './filter.js';
import { Guard } from './guard.js';
import { Panel } from './panel.js';
import { FieldTree, Long } from './tree.js';
import { durationOf, Outcome, outcomeOf, textOf } from './rows.js';

const TABS = [['fields', 'Fields'], ['request', 'Request'], ['json', 'JSON']];

/** One event: its fields, the events of the same request in all services, and the document. */
export function Drawer({ id, known, traceLink, onClose, onOpen, onFilter, onGroup, onCopy }) {
  const [event, setEvent] = useState(known ?? null);
  const [problem, setProblem] = useState(null);
  const [tab, setTab] = useState('fields');

  useEffect(() => {
    setProblem(null);
    setEvent(known ?? null);
    if (known) return undefined;
    const abort = new AbortController();
    call(eventPath(id), { signal: abort.signal }).then(setEvent, (e) => abort.signal.aborted || setProblem(e));
    return () => abort.abort();
  }, [id]);

  return html`<${Panel} title="Event" label=${id} onClose=${onClose}>
    ${problem && html`<div class="problem" role="alert"><p><strong>${problem.message}</strong> ${problem.fix}</p></div>`}
    ${!event && !problem && html`<p class="note">Loading …</p>`}
    ${event && html`<${Guard} name="This event" of=${event}>
      <${Details} id=${id} event=${event} traceLink=${traceLink} tab=${tab} onTab=${setTab} onOpen=${onOpen} onFilter=${onFilter} onGroup=${onGroup} onCopy=${onCopy} />
    <//>`}
  <//>`;
}

function Details({ id, event, traceLink, tab, onTab, onOpen, onFilter, onGroup, onCopy }) {
  function onTabKey(e) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const names = TABS.map(([name]) => name);
    const next = names[(names.indexOf(tab) + step + names.length) % names.length];
    onTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  }

  const trace = traceAddress(traceLink, event);
  return html`<div class="event-head">
      <p class="event-title"><${Outcome} value=${outcomeOf(event)} /> <strong>${textOf(event.service)}</strong> <span class="mono">${textOf(event.route)}</span></p>
      <p class="note"><time datetime=${textOf(event.timestamp)} title=${textOf(event.timestamp)}>${dateTime(event.timestamp)}</time> · ${durationOf(event)} · <span class="mono">${id}</span></p>
      <p class="actions">
        <button type="button" onClick=${() => onCopy(curl(eventPath(id), hasKey()), 'curl command')}>Copy as curl</button>
        <button type="button" onClick=${() => onCopy(id, 'event id')}>Copy id</button>
        ${trace && html`<a class="button" href=${trace} target="_blank" rel="noopener noreferrer">Trace ↗</a>`}
      </p>
    </div>
    <div class="tabs" role="tablist" aria-label="Event" onKeyDown=${onTabKey}>${TABS.map(([name, text]) => html`<button
      key=${name} id=${`tab-${name}`} type="button" role="tab" aria-selected=${tab === name} tabindex=${tab === name ? 0 : -1} aria-controls="event-tab" onClick=${() => onTab(name)}>${text}</button>`)}</div>
    <div id="event-tab" role="tabpanel" aria-labelledby=${`tab-${tab}`} key=${`${id}${tab}`}>
      ${tab === 'fields' && html`<${FieldTree} event=${event} onFilter=${onFilter} onGroup=${onGroup} onCopy=${onCopy} />
        <p class="note keys"><kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>→</kbd> open · <kbd>f</kbd> filter · <kbd>x</kbd> exclude · <kbd>g</kbd> group · <kbd>c</kbd> copy</p>`}
      ${tab === 'request' && html`<${RequestEvents} event=${event} onOpen=${onOpen} onFilter=${onFilter} />`}
      ${tab === 'json' && html`<${RawJson} event=${event} onCopy=${onCopy} />`}
    </div>`;
}

function RawJson({ event, onCopy }) {
  const [text] = useState(() => JSON.stringify(event, null, 2));
  return html`<p class="actions"><button type="button" onClick=${() => onCopy(text, 'JSON')}>Copy JSON</button></p>
    <pre class="json" tabindex="0" aria-label="JSON of the event"><${Long} text=${text} /></pre>`;
}

function RequestEvents({ event, onOpen, onFilter }) {
  const requestId = typeof event.requestId === 'string' ? event.requestId : null;
  const [reply, setReply] = useState(null);
  const [problem, setProblem] = useState(null);

  useEffect(() => {
    if (requestId === null) return undefined;
    const abort = new AbortController();
    call(`/v1/requests/${encodeURIComponent(requestId)}`, { signal: abort.signal }).then(setReply, (e) => abort.signal.aborted || setProblem(e));
    return () => abort.abort();
  }, [requestId]);

  if (requestId === null) return html`<p class="note">This event has no requestId.</p>`;
  if (problem) return html`<div class="problem" role="alert"><p><strong>${problem.message}</strong> ${problem.fix}</p></div>`;
  if (!reply) return html`<p class="note">Loading …</p>`;
  const start = Date.parse(reply.events[0]?.timestamp);
  return html`<p class="note">${reply.events.length}${reply.truncated ? ' and more' : ''} events of <button type="button" class="value mono" onClick=${() => onFilter(termFor('requestId', requestId))}>${requestId.slice(0, 200)}</button> in time order</p>
    <ol class="request">${reply.events.map((e) => html`<li key=${e.eventId} aria-current=${e.eventId === event.eventId ? 'true' : undefined}>
      <button type="button" onClick=${() => onOpen(e.eventId)}>
        <span class="mono offset" title=${dateTime(e.timestamp)}>${Number.isFinite(start) ? `+${measure(Date.parse(e.timestamp) - start, 'ms')}` : clock(e.timestamp, true)}</span>
        <${Outcome} value=${outcomeOf(e)} />
        <span class="where"><strong>${textOf(e.service)}</strong> <span class="mono">${textOf(e.route)}</span></span>
        <span class="mono">${durationOf(e)}</span>
      </button></li>`)}</ol>`;
}

/** The address in a tracing system, from the template of the gateway. Only http and https are allowed. */
function traceAddress(template, event) {
  const traceId = [event.traceId, event.trace?.traceId, event.trace?.id, event.trace_id].find((t) => typeof t === 'string' && t !== '');
  if (!template || !traceId) return null;
  try {
    const address = new URL(template.replaceAll('{traceId}', encodeURIComponent(traceId)));
    return ['http:', 'https:'].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}
