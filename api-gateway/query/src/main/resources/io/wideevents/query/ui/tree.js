import { html, useRef, useState } from './ui.js';
import { fieldPath, termFor } from './filter.js';
import { isRaw, valueText } from './format.js';

const PAGE = 100;
const LONGEST = 240;
const CHUNK = 20_000;
const MAX_INDENT = 12;

const isBranch = (value) => value !== null && typeof value === 'object' && !isRaw(value);

/**
 * The fields of an event. Objects are rendered when they are opened, and a hundred fields at a time, so that an event of
 * a megabyte does not block the page. Keys: arrows move, open and close; f filters, x excludes, g groups, c copies.
 */
export function FieldTree({ event, onFilter, onGroup, onCopy }) {
  const root = useRef(null);

  function onKeyDown(e) {
    const row = e.target.closest('[role=treeitem]');
    if (!row || e.ctrlKey || e.metaKey || e.altKey) return;
    const rows = [...root.current.querySelectorAll('[role=treeitem]')];
    const at = rows.indexOf(row);
    const go = (i) => rows[Math.max(0, Math.min(rows.length - 1, i))].focus();
    const press = (name) => row.querySelector(`:scope > .field-line [data-do=${name}]`)?.click();
    const keys = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => (row.getAttribute('aria-expanded') === 'false' ? press('toggle') : go(at + 1)),
      ArrowLeft: () => (row.getAttribute('aria-expanded') === 'true' ? press('toggle') : row.parentElement.closest('[role=treeitem]')?.focus()),
      Enter: () => e.target === row && press('toggle'),
      f: () => press('filter'),
      x: () => press('exclude'),
      g: () => press('group'),
      c: () => press('copy'),
    };
    const key = keys[e.key];
    if (!key || (e.key === 'Enter' && e.target !== row)) return;
    e.preventDefault();
    e.stopPropagation();
    key();
  }

  return html`<ul class="tree" role="tree" aria-label="Fields" ref=${root} onKeyDown=${onKeyDown}>
    <${Children} value=${event} segments=${[]} depth=${0} on=${{ onFilter, onGroup, onCopy }} />
  </ul>`;
}

function Children({ value, segments, depth, on }) {
  const [shown, setShown] = useState(PAGE);
  const list = Array.isArray(value);
  const names = Object.keys(value);
  return html`${names.slice(0, shown).map((name, i) => html`<${Node}
      key=${name} name=${name} value=${value[name]} segments=${list ? segments : [...segments, name]} inList=${list} depth=${depth} on=${on} first=${depth === 0 && i === 0} />`)}
    ${names.length > shown && html`<li role="none" class="more" style=${{ paddingLeft: `${Math.min(depth, MAX_INDENT) * 16 + 20}px` }}>
      <button type="button" onClick=${() => setShown(shown + 5 * PAGE)}>Show ${Math.min(5 * PAGE, names.length - shown)} more of ${names.length - shown}</button></li>`}`;
}

function Node({ name, value, segments, inList, depth, on, first }) {
  const branch = isBranch(value);
  const size = branch ? Object.keys(value).length : 0;
  const [open, setOpen] = useState(branch && depth < 1 && size <= 20 && name !== '_ingest');
  const path = fieldPath(segments);
  const usable = path !== null && path !== 'timestamp';
  const type = value === null ? 'null' : isRaw(value) ? 'number' : typeof value;
  const act = (what, label, text, run) => html`<button type="button" data-do=${what} tabindex="-1" title=${label} aria-label=${`${label}: ${name}`} onClick=${run}>${text}</button>`;
  return html`<li role="treeitem" tabindex=${first ? 0 : -1} aria-expanded=${branch ? open : undefined} aria-label=${branch ? `${name}, ${size} fields` : undefined} class="field">
    <div class="field-line" style=${{ paddingLeft: `${Math.min(depth, MAX_INDENT) * 16}px` }}>
      ${branch
        ? html`<button type="button" class="toggle" data-do="toggle" tabindex="-1" aria-hidden="true" onClick=${() => setOpen(!open)}>${open ? '▾' : '▸'}</button>`
        : html`<span class="toggle"></span>`}
      <span class="name mono">${name.slice(0, LONGEST)}</span>
      <span class=${`field-value mono ${type}`}>${branch
        ? html`<button type="button" class="plain note" tabindex="-1" onClick=${() => setOpen(!open)}>${Array.isArray(value) ? `[ ${size} ]` : `{ ${size} }`}</button>`
        : html`<${Long} text=${valueText(value)} first=${LONGEST} />`}</span>
      <span class="field-actions">
        ${usable && !branch && act('filter', 'Filter by this value (f)', 'Filter', () => on.onFilter(termFor(path, value)))}
        ${usable && !branch && act('exclude', 'Exclude this value (x)', 'Exclude', () => on.onFilter(`-${termFor(path, value)}`))}
        ${usable && branch && act('filter', 'Filter: has this field (f)', 'Has', () => on.onFilter(`has:${path}`))}
        ${usable && !branch && !inList && act('group', 'Group by this field (g)', 'Group', () => on.onGroup(path))}
        ${act('copy', 'Copy (c)', 'Copy', () => on.onCopy(branch ? JSON.stringify(value, null, 2) : valueText(value), name))}
      </span>
    </div>
    ${branch && open && size > 0 && html`<ul role="group"><${Children} value=${value} segments=${segments} depth=${depth + 1} on=${on} /></ul>`}
  </li>`;
}

/** A text that is cut. Each click shows a part more, so that a long one does not block the page. */
export function Long({ text, first = CHUNK }) {
  const [shown, setShown] = useState(first);
  if (text.length <= shown) return text;
  const next = Math.max(CHUNK, shown * 2);
  return html`${text.slice(0, shown)}<span class="note">… </span><button type="button" class="plain" onClick=${() => setShown(next)}>${text.length <= next ? 'show all' : 'show more'} (${text.length.toLocaleString('en-US')} characters)</button>`;
}
