import { html } from './ui.js';
import { count, measure, percent, valueText } from './format.js';
import { termFor } from './filter.js';

const LONGEST = 160;

/** One row for each value of a field: how many, how many failed, how fast. */
export function Groups({ reply, group, field, sort, fields, loading, onGroup, onSort, onFilter }) {
  const p50 = `p50(${field})`;
  const p95 = `p95(${field})`;
  const columns = [
    { key: 'count', name: 'Events', text: (v) => count(v.count) },
    { key: 'error_rate', name: 'Error rate', text: (v) => percent(v.error_rate) },
    { key: p50, name: 'p50', text: (v) => measure(v[p50], field) },
    { key: p95, name: 'p95', text: (v) => measure(v[p95], field) },
  ];
  const groups = reply?.groups ?? [];
  const largest = Object.fromEntries(columns.map((c) => [c.key, Math.max(...groups.map((g) => g.values[c.key] ?? 0), Number.MIN_VALUE)]));
  const apply = (e) => {
    e.preventDefault();
    const value = e.target.elements.group.value.trim();
    if (value) onGroup(value);
  };
  return html`<section class="groups" aria-busy=${loading}>
    <form class="line-form" onSubmit=${apply}>
      <label>Group by <input name="group" key=${group} class="mono" list="field-names" defaultValue=${group} onChange=${(e) => e.target.form.requestSubmit()} /></label>
      <datalist id="field-names">${fields.map((f) => html`<option key=${f.name} value=${f.name} />`)}</datalist>
      <button type="submit">Group</button>
      <span class="quick">${['service', 'route', 'region', 'error.code', 'build'].filter((f) => f !== group).map((f) => html`<button key=${f} type="button" class="chip" onClick=${() => onGroup(f)}>${f}</button>`)}</span>
    </form>
    ${reply && html`<div class="scroll"><table class="grouped" aria-label=${`Events grouped by ${group}`}>
      <thead><tr><th scope="col" class="mono">${group}</th>
        ${columns.map((c) => html`<th key=${c.key} scope="col" class="number" aria-sort=${sort === `-${c.key}` ? 'descending' : sort === c.key ? 'ascending' : 'none'}>
          <button class="sort" type="button" onClick=${() => onSort(sort === `-${c.key}` ? c.key : `-${c.key}`)}>${c.name}${sort.replace('-', '') === c.key && html` <span aria-hidden="true">${sort.startsWith('-') ? '↓' : '↑'}</span>`}</button></th>`)}
      </tr></thead>
      <tbody>${groups.map((g) => {
        const value = Object.values(g.key)[0] ?? null;
        const text = valueText(value);
        return html`<tr key=${`${typeof value} ${text}`}>
          <th scope="row">${value === null
            ? html`<button type="button" class="value" title="Show events without this field" onClick=${() => onFilter(`-has:${group}`)}><em>no value</em></button>`
            : html`<button type="button" class="value mono" title=${`Filter by ${text.slice(0, LONGEST)}`} onClick=${() => onFilter(termFor(group, value))}>${text.slice(0, LONGEST)}</button>`}</th>
          ${columns.map((c) => html`<td key=${c.key} class="number mono"><span class="cell"><span class=${`cell-bar ${c.key === 'error_rate' ? 'bad' : ''}`} style=${{ width: `${(100 * (g.values[c.key] ?? 0)) / largest[c.key]}%` }}></span><span class="cell-text">${c.text(g.values)}</span></span></td>`)}
        </tr>`;
      })}</tbody>
    </table></div>
    ${reply.moreGroups && html`<p class="foot note">Only the first ${groups.length} groups of this order are shown.</p>`}`}
  </section>`;
}
