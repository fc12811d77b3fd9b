import { completionAt, isUuid, loneId, termFor } from './filter.js';
import { call } from './api.js';
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from './ui.js';
import { isRaw, percent, valueText } from './format.js';

const SHOWN = 12;
const ALIASES = [
  { name: 'outcome', note: 'SUCCESS, FAILED, WARNING, EDGE_CASE' },
  { name: 'duration', note: 'performance.durationMs' },
  { name: 'eventId', note: 'one event' },
  { name: 'tier', note: 'kafka, mongodb, spool' },
];
const OPERATORS = [
  { text: '>', note: 'greater than a number' },
  { text: '<', note: 'less than a number' },
  { text: '10..20', note: 'from 10 to 20' },
];

/** Words that fit what is being typed. Fields and values come from the events of the period. */
async function suggestions(filter, caret, period, signal) {
  const at = completionAt(filter, caret);
  if (!at) return { at, items: [] };
  const wanted = at.prefix.toLowerCase();
  if (at.kind === 'field') {
    const { fields } = await call('/v1/fields', { params: { from: period.from, to: period.to }, signal });
    const end = at.only ? ' ' : ':';
    const known = fields.map((f) => ({ name: f.name, note: `${f.types.join(', ')} · in ${percent(f.share)}` }));
    const items = [...(at.only ? [] : ALIASES), ...known]
      .filter((f) => f.name.toLowerCase().includes(wanted))
      .sort((a, b) => Number(b.name.toLowerCase().startsWith(wanted)) - Number(a.name.toLowerCase().startsWith(wanted)))
      .map((f) => ({ label: f.name, insert: f.name + end, note: f.note }));
    if (!at.only && 'has'.startsWith(wanted)) items.push({ label: 'has:', insert: 'has:', note: 'events that have a field' });
    const id = loneId(filter);
    if (id) {
      items.unshift({ label: `requestId:${id}`, insert: `${termFor('requestId', id)} `, note: 'all events of a request' });
      if (isUuid(id)) items.unshift({ label: `eventId:${id}`, insert: `${termFor('eventId', id)} `, note: 'one event' });
    }
    return { at, items: items.slice(0, SHOWN) };
  }
  const field = at.field.trim();
  if (!field) return { at, items: [] };
  const { values } = await call(`/v1/fields/${encodeURIComponent(field)}/values`, {
    params: { from: period.from, to: period.to, prefix: at.prefix, limit: SHOWN },
    signal,
  });
  const items = values
    .filter((v) => v.value === null || typeof v.value !== 'object' || isRaw(v.value))
    .map((v) => ({
      label: valueText(v.value).slice(0, 200),
      insert: `${termFor(field, v.value).slice(field.length + 1)} `,
      note: `${v.count} of the sample`,
    }));
  const numeric = values.length > 0 && values.every((v) => typeof v.value === 'number');
  const operators = at.prefix === '' && numeric ? OPERATORS.map((o) => ({ label: o.text, insert: o.text, note: o.note })) : [];
  return { at, items: [...operators, ...items].slice(0, SHOWN) };
}

/** The input of the filter: a combobox whose list completes fields and values. */
export function QueryBar({ filter, period, problem, onSubmit }) {
  const [text, setText] = useState(filter);
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState({ at: null, items: [] });
  const [active, setActive] = useState(-1);
  const input = useRef(null);
  const timer = useRef({});
  // Where the caret goes when an accepted suggestion has been rendered; null at other times.
  const caret = useRef(null);
  const list = useId();
  const errorId = useId();

  useEffect(() => setText(filter), [filter]);
  useEffect(() => () => close(), []);
  // Right after the rendering: a frame later the user may have typed on.
  useLayoutEffect(() => {
    if (caret.current === null) return;
    const at = caret.current;
    caret.current = null;
    input.current.focus();
    input.current.setSelectionRange(at, at);
    if (!text.slice(0, at).endsWith(' ')) suggest(text);
  });

  function close() {
    clearTimeout(timer.current.id);
    timer.current.abort?.abort();
    setOpen(false);
    setActive(-1);
  }

  function suggest(value) {
    close();
    const abort = new AbortController();
    const id = setTimeout(async () => {
      try {
        const result = await suggestions(value, input.current.selectionStart, period, abort.signal);
        if (abort.signal.aborted || document.activeElement !== input.current) return;
        setFound(result);
        setOpen(result.items.length > 0);
      } catch {
        // Completion is a convenience. The query itself reports what is wrong.
      }
    }, 120);
    timer.current = { id, abort };
  }

  function accept(item) {
    const { from, to } = found.at;
    const next = text.slice(0, from) + item.insert + text.slice(to).replace(/^\s+/, '');
    setText(next);
    // At once: a second Enter must not accept the same suggestion again.
    close();
    caret.current = from + item.insert.length;
  }

  function submit() {
    close();
    onSubmit(text.trim());
  }

  function onKeyDown(e) {
    if (e.isComposing) return;
    const many = found.items.length;
    if (e.key === 'ArrowDown' && !open) {
      e.preventDefault();
      suggest(text);
    } else if (open && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
      e.preventDefault();
      setActive((active + (e.key === 'ArrowDown' ? 1 : active < 0 ? 0 : -1) + many) % many);
    } else if (open && (e.key === 'Enter' || e.key === 'Tab') && active >= 0) {
      e.preventDefault();
      accept(found.items[active]);
    } else if (e.key === 'Enter') {
      e.preventDefault();
      submit();
    } else if (e.key === 'Escape' && open) {
      e.stopPropagation();
      close();
    }
  }

  return html`<div class="querybar">
    <div class=${`query-box ${problem ? 'wrong' : ''}`}>
      <label class="sr" for="query">Filter</label>
      <input
        id="query" ref=${input} type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="4096"
        placeholder="service:checkout outcome:FAILED duration:>500, or a request id"
        aria-expanded=${open} aria-controls=${list} aria-autocomplete="list"
        aria-activedescendant=${active >= 0 ? `${list}-${active}` : undefined}
        aria-invalid=${problem ? 'true' : undefined} aria-describedby=${problem ? errorId : undefined}
        value=${text}
        onInput=${(e) => { setText(e.target.value); suggest(e.target.value); }}
        onKeyDown=${onKeyDown} onBlur=${close} />
      ${text && html`<button class="icon" type="button" aria-label="Clear the filter" onClick=${() => { setText(''); onSubmit(''); input.current.focus(); }}>×</button>`}
      <kbd class="hint" aria-hidden="true">/</kbd>
      <button class="primary" type="button" onClick=${submit}>Search</button>
      <ul id=${list} role="listbox" aria-label="Suggestions" class="suggestions" hidden=${!open}>
        ${found.items.map((item, i) => html`<li
          key=${item.label} id=${`${list}-${i}`} role="option" aria-selected=${i === active}
          onMouseDown=${(e) => { e.preventDefault(); accept(item); }}><span class="mono">${item.label}</span><span class="note">${item.note}</span></li>`)}
      </ul>
    </div>
    ${problem && html`<div class="problem" role="alert" id=${errorId}>
      ${problem.position !== null && html`<${Marked} text=${filter} position=${problem.position} />`}
      <p><strong>${problem.message}</strong> ${problem.fix}</p>
    </div>`}
  </div>`;
}

/** The filter with a mark at the character where the gateway found the problem. */
function Marked({ text, position }) {
  const at = Math.max(0, Math.min(position, text.length));
  const from = Math.max(0, at - 60);
  return html`<pre class="marked" aria-label=${`Problem at character ${at + 1}`}>${from > 0 && '…'}${text.slice(from, at)}<mark>${text[at] ?? '␣'}</mark>${text.slice(at + 1, at + 60)}</pre>`;
}
