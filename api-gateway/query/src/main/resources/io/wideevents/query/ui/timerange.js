import { html, useState } from './ui.js';
import { instant, localInput, periodName, PRESET_NAMES } from './format.js';
import { Popover } from './popover.js';

/** The period: presets and a custom one. Dragging over a chart also sets it. */
export function TimeRange({ from, to, shown, onChange }) {
  return html`<${Popover} label=${periodName(from, to)} title="Period" className="timerange">
    ${(close) => html`
      <div class="presets">${PRESET_NAMES.map(([value, name]) => html`<button
        key=${value} type="button" aria-pressed=${from === value && to === 'now'}
        onClick=${() => { onChange({ from: value, to: 'now' }); close(); }}>Last ${name}</button>`)}
      </div>
      <${Custom} shown=${shown} onChange=${(period) => { onChange(period); close(); }} />`}
  <//>`;
}

function Custom({ shown, onChange }) {
  const now = Date.now();
  const [from, setFrom] = useState(localInput(shown?.from ?? now - 3_600_000));
  const [to, setTo] = useState(localInput(shown?.to ?? now));
  const valid = new Date(from) < new Date(to);
  const apply = (e) => {
    e.preventDefault();
    if (valid) onChange({ from: instant(new Date(from).getTime()), to: instant(new Date(to).getTime()) });
  };
  return html`<form class="custom" onSubmit=${apply}>
    <label>From <input type="datetime-local" step="1" value=${from} onInput=${(e) => setFrom(e.target.value)} /></label>
    <label>To <input type="datetime-local" step="1" value=${to} onInput=${(e) => setTo(e.target.value)} /></label>
    ${!valid && html`<p class="problem-note" role="alert">The period ends before it begins.</p>`}
    <button class="primary" type="submit" disabled=${!valid}>Apply</button>
    <p class="note">Times are in the time zone of this browser (${Intl.DateTimeFormat().resolvedOptions().timeZone}).</p>
  </form>`;
}
