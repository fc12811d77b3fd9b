import { html, useRef } from './ui.js';
import { Guard } from './guard.js';
import { clock, counted, dateTime, dayOf, measure, OUTCOME_SIGN } from './format.js';

const SUMMARY_PART = /(?:^| )(Outcome|Service|Route|Error|ErrorMessage|UserRole|LatencyBucket): /g;
const LONGEST_SUMMARY = 600;

export function outcomeOf(event) {
  const outcome = event._ingest?.outcome;
  return typeof outcome === 'string' ? outcome : 'UNKNOWN';
}

export function Outcome({ value }) {
  const isKnown = Object.hasOwn(OUTCOME_SIGN, value);
  return html`<span class=${`outcome ${isKnown ? value : ''}`}><span class="sign" aria-hidden="true">${isKnown ? OUTCOME_SIGN[value] : '?'}</span>${value.slice(0, 40)}</span>`;
}

export function durationOf(event) {
  const ms = event.performance?.durationMs;
  return typeof ms === 'number' ? measure(ms, 'durationMs') : '–';
}

export const textOf = (value) => (typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value)).slice(0, LONGEST_SUMMARY);

/** The parts of _summary with their labels. The outcome has its own column. */
function Summary({ event }) {
  const text = textOf(event._summary);
  const found = [...text.matchAll(SUMMARY_PART)];
  if (found.length === 0) return text || html`<span class="note">no summary</span>`;
  return found.map((match, i) => {
    if (match[1] === 'Outcome' || match[1] === 'LatencyBucket') return null;
    const value = text.slice(match.index + match[0].length, found[i + 1]?.index);
    return html`<span class=${`part ${match[1]}`} key=${i}><span class="part-label">${match[1]}</span> ${value} </span>`;
  });
}

function Row({ event, withDay, isFirst, isSelected, isFresh, onOpen }) {
  const time = (withDay ? `${dayOf(event.timestamp).slice(5)} ` : '') + clock(event.timestamp, true);
  return html`<tr class=${`${isSelected ? 'current' : ''} ${isFresh ? 'fresh' : ''}`}
    onClick=${(e) => getSelection().isCollapsed && !e.target.closest('button') && onOpen(event.eventId)}>
    <td class="time"><button type="button" class="open mono" data-event=${event.eventId} tabindex=${isFirst || isSelected ? 0 : -1}
      aria-label=${`Open event of ${dateTime(event.timestamp)}, ${outcomeOf(event)}, ${textOf(event.service)}`} onClick=${() => onOpen(event.eventId)}>${time}</button></td>
    <td class="what"><${Outcome} value=${outcomeOf(event)} /></td>
    <td class="number mono">${durationOf(event)}</td>
    <td class="summary" title=${textOf(event._summary)}><${Summary} event=${event} /></td>
  </tr>`;
}

/** The events, newest first. Arrow keys (or j and k) move through the rows, Enter opens one. */
export function Rows({ events, fresh, selected, order, more, loading, onOpen, onMore, onOrder }) {
  const body = useRef(null);

  function onKeyDown(e) {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[e.key];
    const buttons = [...body.current.querySelectorAll('button.open')];
    const at = buttons.indexOf(document.activeElement);
    if (e.key === 'Home' || e.key === 'End') {
      e.preventDefault();
      buttons.at(e.key === 'Home' ? 0 : -1)?.focus();
    } else if (step && at >= 0) {
      e.preventDefault();
      buttons[Math.max(0, Math.min(buttons.length - 1, at + step))].focus();
    }
  }

  const first = events[0];
  const last = events.at(-1);
  const severalDays = first && last && dayOf(first.timestamp) !== dayOf(last.timestamp);
  return html`<div class="rows">
    <table aria-label="Events" aria-busy=${loading}>
      <thead><tr>
        <th scope="col" aria-sort=${order === 'desc' ? 'descending' : 'ascending'}><button class="sort" type="button" onClick=${() => onOrder(order === 'desc' ? 'asc' : 'desc')}>Time <span aria-hidden="true">${order === 'desc' ? '↓' : '↑'}</span></button></th>
        <th scope="col">Outcome</th><th scope="col" class="number">Duration</th><th scope="col">Summary</th>
      </tr></thead>
      <tbody ref=${body} onKeyDown=${onKeyDown}>
        ${events.map((event, i) => html`<${Guard} key=${event.eventId} name="This event" of=${event} columns="4">
          <${Row} event=${event} withDay=${severalDays} isFirst=${i === 0} isSelected=${event.eventId === selected} isFresh=${fresh?.has(event.eventId)} onOpen=${onOpen} />
        <//>`)}
      </tbody>
    </table>
    <p class="foot">
      <span>${counted(events.length, 'event')} shown</span>
      ${more ? html`<button type="button" disabled=${loading} onClick=${onMore}>${loading ? 'Loading …' : 'Load more'}</button>` : html`<span class="note">no more events in this period</span>`}
    </p>
  </div>`;
}
