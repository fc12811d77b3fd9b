import { html, useEffect, useState } from './ui.js';
import { call, eventPath, readiness } from './api.js';
import { bytes, count, counted, dateTime } from './format.js';
import { Panel } from './panel.js';

const EVERY_MILLIS = 15_000;
export const STATE_SIGN = { up: '✓', ready: '✓', degraded: '!', recovering: '!', down: '✕', unavailable: '✕', draining: '!' };

/** Whether the gateway can store events, asked every 15 s while the page is visible. */
export function useReadiness() {
  const [health, setHealth] = useState(null);
  useEffect(() => {
    const abort = new AbortController();
    const ask = async () => {
      if (document.hidden) return;
      try {
        setHealth(await readiness(abort.signal));
      } catch {
        if (!abort.signal.aborted) setHealth({ status: 'unreachable', tiers: [] });
      }
    };
    ask();
    const id = setInterval(ask, EVERY_MILLIS);
    return () => {
      abort.abort();
      clearInterval(id);
    };
  }, []);
  return health;
}

const BANNERS = {
  degraded: 'The gateway is degraded. Events are stored; they may appear here later.',
  unavailable: 'The gateway cannot store events. It answers posted events with 503.',
  draining: 'The gateway is stopping.',
  unreachable: 'The gateway does not answer. This page shows what was loaded before.',
};

export function Banner({ health, onDetails }) {
  const text = health && BANNERS[health.status];
  if (!text) return null;
  const causes = (health.tiers ?? []).filter((t) => t.state !== 'up').map((t) => `${t.tier}: ${t.state}${t.detail ? `, ${t.detail}` : ''}`);
  return html`<div class=${`banner ${health.status}`} role="status">
    <span class="sign" aria-hidden="true">${health.status === 'degraded' ? '!' : '✕'}</span>
    <span>${text} ${causes.length > 0 && html`<span class="note">${causes.join(' · ').slice(0, 400)}</span>`}</span>
    ${health.status !== 'unreachable' && html`<button type="button" onClick=${onDetails}>Pipeline</button>`}
  </div>`;
}

/** Where events are between the gateway and MongoDB. */
export function PipelinePanel({ onClose, onOpen }) {
  const [reply, setReply] = useState(null);
  const [problem, setProblem] = useState(null);

  useEffect(() => {
    const abort = new AbortController();
    const ask = () => call('/v1/pipeline', { signal: abort.signal }).then(
      (r) => { setReply(r); setProblem(null); },
      (e) => abort.signal.aborted || setProblem(e));
    ask();
    const id = setInterval(ask, 5_000);
    return () => {
      abort.abort();
      clearInterval(id);
    };
  }, []);

  return html`<${Panel} title="Pipeline" onClose=${onClose}>
    ${problem && html`<div class="problem" role="alert"><p><strong>${problem.message}</strong> ${problem.fix}</p></div>`}
    ${reply && html`
      <dl class="figures">
        <div><dt>Status</dt><dd><${State} value=${reply.status} /></dd></div>
        <div><dt>Waiting in Kafka</dt><dd>${reply.lag ? count(reply.lag.total) : 'unknown'}</dd></div>
        <div><dt>In the spool</dt><dd>${reply.spool ? count(reply.spool.events) : '–'}</dd></div>
        <div><dt>Dead letters</dt><dd>${reply.deadLetters ? count(reply.deadLetters.total) : 'unknown'}</dd></div>
      </dl>
      <table class="tiers"><caption class="sr">Tiers</caption>
        <thead><tr><th scope="col">Tier</th><th scope="col">State</th><th scope="col">Detail</th></tr></thead>
        <tbody>${reply.tiers.map((t) => html`<tr key=${t.tier}><th scope="row">${t.tier}</th><td><${State} value=${t.state} /></td><td class="note">${t.detail ?? ''}</td></tr>`)}</tbody>
      </table>
      ${reply.spool?.events > 0 && html`<p class="note">The spool has ${bytes(reply.spool.bytes)}${reply.spool.oldest ? `; the oldest event is from ${dateTime(reply.spool.oldest)}` : ''}.</p>`}
      ${(reply.reason ?? reply.lag?.reason) && html`<p class="note">${reply.reason ?? reply.lag.reason}</p>`}
      <${Lag} lag=${reply.lag} />`}
    ${!reply && !problem && html`<p class="note">Loading …</p>`}
    <${WhereIsMyEvent} onOpen=${onOpen} />
  <//>`;
}

function State({ value }) {
  return html`<span class=${`state ${value}`}><span class="sign" aria-hidden="true">${STATE_SIGN[value] ?? '?'}</span>${value}</span>`;
}

function Lag({ lag }) {
  const partitions = (lag?.partitions ?? []).map((p, i) => (typeof p === 'number' ? { partition: i, lag: p } : p));
  if (partitions.length === 0) return null;
  const most = Math.max(1, ...partitions.map((p) => p.lag ?? 0));
  return html`<h3>Lag by partition ${lag.workers !== undefined && html`<span class="note">${counted(lag.workers, 'worker')}</span>`}</h3><ul class="lag">${partitions.slice(0, 64).map((p) => html`<li key=${p.partition}>
    <span class="mono">${p.partition}</span><span class="cell-track"><span class="cell-bar" style=${{ width: `${(100 * (p.lag ?? 0)) / most}%` }}></span></span><span class="mono number">${count(p.lag)}</span></li>`)}</ul>`;
}

const FOUND = {
  stored: 'Stored in MongoDB',
  pending: 'Pending in Kafka',
  spooled: 'In the spool of this gateway',
  dead_lettered: 'In the dead-letter topic',
  unknown: 'Not found',
};

function WhereIsMyEvent({ onOpen }) {
  const [id, setId] = useState('');
  const [requestId, setRequestId] = useState('');
  const [answer, setAnswer] = useState(null);
  const [problem, setProblem] = useState(null);
  const [asking, setAsking] = useState(false);

  async function ask(e) {
    e.preventDefault();
    setAnswer(null);
    setProblem(null);
    setAsking(true);
    try {
      setAnswer(await call(`${eventPath(id.trim())}/trace`, { params: { requestId: requestId.trim() } }));
    } catch (found) {
      setProblem(found);
    } finally {
      setAsking(false);
    }
  }

  return html`<form class="where-form" onSubmit=${ask}>
    <h3>Where is my event?</h3>
    <label>Event id <input class="mono" required value=${id} placeholder="01a203ba-1340-86a2-a099-3876a9286133" onInput=${(e) => setId(e.target.value)} /></label>
    <label><span>Request id <span class="note">(optional; makes the search in Kafka faster)</span></span> <input class="mono" value=${requestId} onInput=${(e) => setRequestId(e.target.value)} /></label>
    <button class="primary" type="submit" disabled=${asking || !id.trim()}>${asking ? 'Searching …' : 'Find it'}</button>
    <div aria-live="polite">
      ${problem && html`<div class="problem"><p><strong>${problem.message}</strong> ${problem.fix}</p></div>`}
      ${answer && html`<div class=${`answer ${answer.state}`}>
        <p><strong>${FOUND[answer.state] ?? answer.state}</strong></p><p>${answer.detail}</p>
        ${answer.kafka && html`<p class="note">${answer.kafka.partition === undefined ? '' : `Partition ${answer.kafka.partition}, `}lag ${count(answer.kafka.lag)}, searched: ${answer.kafka.searched}</p>`}
        ${answer.deadLetter && html`<p class="note">Reason: ${answer.deadLetter.reason} · partition ${answer.deadLetter.partition}, offset ${answer.deadLetter.offset}</p>`}
        ${answer.checked && html`<p class="note">Checked: ${answer.checked.join(', ')}</p>`}
        ${(answer.unchecked ?? []).map((u) => html`<p class="note" key=${u.place}>Not checked: ${u.place}. ${u.reason}</p>`)}
        ${answer.state === 'stored' && html`<button type="button" onClick=${() => onOpen(answer.eventId)}>Open the event</button>`}
      </div>`}
    </div>
  </form>`;
}
