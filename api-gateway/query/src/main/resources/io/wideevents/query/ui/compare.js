import { html, useState } from './ui.js';
import { count, counted, percent, valueText } from './format.js';

const FIRST = 12;
const FIRST_VALUES = 5;

/** Fields ranked by how differently their values are distributed in the selection and in the rest. */
export function Compare({ reply, selection, loading, onFilter, onStart, onClear, field, p95 }) {
  if (!selection) return html`<section class="compare empty">
    <h2>What is different about some of the events?</h2>
    <p>Drag over a part of the heatmap, or choose the events to compare with all others:</p>
    <p class="actions">
      <button type="button" onClick=${() => onStart('outcome:FAILED')}>Compare failed events</button>
      ${p95 > 0 && html`<button type="button" onClick=${() => onStart(`${field}:>${Number(p95.toPrecision(3))}`)}>Compare the slowest 5 %</button>`}
    </p>
    <p class="note">On the heatmap, the arrow keys move, Shift with an arrow key selects, and Enter compares.</p>
  </section>`;
  return html`<section class="compare" aria-busy=${loading}>
    <header class="compare-head"><div>
      <p><span class="swatch selection" aria-hidden="true"></span><strong>Selection</strong> <span class="mono">${selection.text}</span>
        ${reply && html` · ${counted(reply.selection.events, 'event')}`}</p>
      <p><span class="swatch baseline" aria-hidden="true"></span><strong>Baseline</strong> all other events of the filter and period
        ${reply && html` · ${counted(reply.baseline.events, 'event')}`}</p>
      ${reply && (reply.selection.sampled < reply.selection.events || reply.baseline.sampled < reply.baseline.events)
        && html`<p class="note">Compared with samples of ${count(reply.selection.sampled)} and ${count(reply.baseline.sampled)} events.</p>`}
      </div><p class="actions"><button type="button" onClick=${() => onFilter(selection.terms, selection)}>Show the selected events</button><button type="button" onClick=${onClear}>Clear the selection</button></p>
    </header>
    ${reply && reply.selection.events === 0 && html`<p class="nothing">No event is in the selection. Select a larger part.</p>`}
    ${reply && reply.selection.events > 0 && reply.fields.length === 0 && html`<p class="nothing">The selected events do not differ from the others in any field.</p>`}
    ${reply && html`<${Ranking} title="Differences" hint="the largest first" fields=${reply.fields} onFilter=${onFilter} />
      <${Ranking} title="Symptoms" hint="errors, durations and the fields of your selection: the effect, not the cause" fields=${reply.symptoms} onFilter=${onFilter} />`}
  </section>`;
}

function Ranking({ title, hint, fields, onFilter }) {
  const [all, setAll] = useState(false);
  if (fields.length === 0) return null;
  const shown = all ? fields : fields.slice(0, FIRST);
  return html`<section class=${`ranking ${title.toLowerCase()}`}>
    <h2>${title} <span class="note">${hint}</span></h2>
    <ol class="fields">${shown.map((f, i) => html`<${Field} key=${f.field} rank=${i + 1} field=${f} onFilter=${onFilter} />`)}</ol>
    ${fields.length > FIRST && !all && html`<button type="button" onClick=${() => setAll(true)}>Show ${fields.length - FIRST} more fields</button>`}
  </section>`;
}

const isMissing = (v) => v.value === null;

/** A range of numbers is shown with four digits. Its filter is exact. */
function label(v, field) {
  if (isMissing(v)) return html`<em>no value</em>`;
  const range = field.kind === 'number' && typeof v.value === 'string' ? /^(-?[\d.eE+-]+) – (-?[\d.eE+-]+)$/.exec(v.value) : null;
  return range ? `${Number(Number(range[1]).toPrecision(4))} – ${Number(Number(range[2]).toPrecision(4))}` : valueText(v.value).slice(0, 120);
}

const width = (share) => ({ width: `${Math.min(100, 100 * (share ?? 0))}%` });

function Field({ field, rank, onFilter }) {
  const [all, setAll] = useState(false);
  const values = all ? field.values : field.values.slice(0, FIRST_VALUES);
  const listsMissing = field.values.some(isMissing);
  // A filter cannot name every field.
  const hasFilter = field.values.some((v) => v.filter);
  return html`<li class="field-card">
    <h3><span class="rank">${rank}</span> <span class="mono">${field.field}</span> <span class="score" title="0: the same distribution, 1: no value in common">${field.score.toFixed(2)}</span></h3>
    <table aria-label=${`Values of ${field.field}`}>
      <thead class="sr"><tr><th scope="col">Value</th><th scope="col">Selection</th><th scope="col">Baseline</th></tr></thead>
      <tbody>
        ${values.map((v) => html`<tr key=${v.filter ?? valueText(v.value)}>
          <th scope="row"><${Value} filter=${v.filter} onFilter=${onFilter}>${label(v, field)}<//></th>
          <td><${Pair} of=${v} /></td>
        </tr>`)}
        ${!listsMissing && (field.missing?.selection > 0.005 || field.missing?.baseline > 0.005) && html`<tr>
          <th scope="row"><${Value} filter=${hasFilter ? `-has:${field.field}` : null} onFilter=${onFilter}><em>no value</em><//></th>
          <td><${Pair} of=${field.missing} /></td>
        </tr>`}
      </tbody>
    </table>
    ${values.length < field.values.length && html`<button type="button" class="plain note" onClick=${() => setAll(true)}>${counted(field.values.length - values.length, 'more value')}</button>`}
  </li>`;
}

/** A button that adds the value to the filter, or only the value if no filter finds it. */
function Value({ filter, onFilter, children }) {
  return filter
    ? html`<button type="button" class="value mono" title=${`Add ${filter} to the filter`} onClick=${() => onFilter(filter)}>${children}</button>`
    : html`<span class="value mono" title="A filter cannot name this value">${children}</span>`;
}

function Pair({ of }) {
  return html`<span class="pair">
    <span class="pair-bar selection"><span style=${width(of.selection)}></span></span><span class="pair-text">${percent(of.selection)}<span class="sr"> of the selection</span></span>
    <span class="pair-bar baseline"><span style=${width(of.baseline)}></span></span><span class="pair-text">${percent(of.baseline)}<span class="sr"> of the baseline</span></span>
  </span>`;
}
