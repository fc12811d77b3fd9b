import { html } from './ui.js';
import { hasKey } from './api.js';
import { shellWord } from './format.js';
import { loneId, removeTerm, terms } from './filter.js';

/** A command that posts an event, as it works in a shell. */
export function firstEvent() {
  const key = hasKey() ? ` \\\n  -H "Authorization: Bearer $INGEST_API_KEY"` : '';
  return `curl -i ${shellWord(`${location.origin}/v1/events`)} \\
  -H 'content-type: application/json'${key} -d '{
    "requestId": "req-7f3a", "service": "checkout",
    "route": "POST /checkout", "timestamp": '"$(date +%s000)"',
    "user": {"id": 4711, "role": "customer"},
    "performance": {"durationMs": 182.5}
  }'`;
}

export function NoEvents({ onCopy, onRefresh, onPipeline }) {
  const command = firstEvent();
  return html`<section class="empty">
    <h2>No events yet</h2>
    <p>MongoDB contains no events. Post the first event from a terminal. It appears here within seconds.</p>
    <pre class="command" tabindex="0" aria-label="Command that posts an event">${command}</pre>
    <p class="actions"><button type="button" class="primary" onClick=${() => onCopy(command, 'curl command')}>Copy the command</button><button type="button" onClick=${onRefresh}>Look again</button></p>
    <p class="note">If the event does not appear, <button type="button" class="value" onClick=${onPipeline}>the pipeline panel</button> shows where events wait.</p>
  </section>`;
}

const WIDER = [['-24h', 'Last 24 hours'], ['-7d', 'Last 7 days'], ['-30d', 'Last 30 days']];

/** What to change when the store has events but none matches. */
export function NoMatch({ state, onGo, onPipeline }) {
  const found = terms(state.q);
  const id = loneId(state.q.replace(/^(requestId|eventId):"?/, '').replace(/"$/, ''));
  return html`<section class="empty">
    <h2>No event matches</h2>
    <p>${state.q ? html`No event of this period matches <code>${state.q.slice(0, 300)}</code>.` : 'No event has its timestamp in this period.'} Choose a longer period or fewer terms:</p>
    <div class="actions" role="group" aria-label="Longer periods">${WIDER.filter(([from]) => !(state.to === 'now' && state.from === from)).map(([from, name]) => html`<button key=${from} type="button" onClick=${() => onGo({ from, to: 'now' })}>${name}</button>`)}</div>
    ${found.length > 0 && html`<div class="actions" role="group" aria-label="Fewer terms">${found.slice(0, 8).map((t) => html`<button key=${t.start} type="button" onClick=${() => onGo({ q: removeTerm(state.q, t) })}>without <span class="mono">${t.text.slice(0, 60)}</span></button>`)}</div>`}
    ${id && html`<p>Are you looking for one event? <button type="button" onClick=${onPipeline}>Where is my event?</button></p>`}
    <p class="note">Words without a field are searched in the summary. <code>*</code> stands for any text: <code>route:"GET /v1/*"</code>.</p>
  </section>`;
}

const EXAMPLES = [
  ['service:checkout', 'a field has this value'],
  ['route:"POST /v1/cart"', 'a value with spaces, in quotation marks'],
  ['outcome:FAILED,WARNING', 'one of several values'],
  ['duration:>500', 'a number: >, >=, <, <= or 10..20'],
  ['route:"GET /v1/*"', 'text that matches a pattern'],
  ['-error.code:TIMEOUT', 'not this value'],
  ['has:flags.newCheckout', 'the field exists'],
  ['"payment declined"', 'words in the summary'],
];

/** How to write a filter, shown when the filter is invalid. */
export function Grammar({ onFilter }) {
  return html`<section class="empty">
    <h2>How to write a filter</h2>
    <p>All terms must match. Choose an example to search for it:</p>
    <table class="examples"><tbody>${EXAMPLES.map(([filter, meaning]) => html`<tr key=${filter}>
      <th scope="row"><button type="button" class="value mono" onClick=${() => onFilter(filter)}>${filter}</button></th><td>${meaning}</td></tr>`)}</tbody></table>
  </section>`;
}
