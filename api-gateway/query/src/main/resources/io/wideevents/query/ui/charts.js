import { html, useEffect, useMemo, useRef, useState } from './ui.js';
import { count, dateTime, measure, OUTCOMES, OUTCOME_SIGN, tick } from './format.js';

/* global uPlot */

const HEIGHT = 168;
const AXIS_WIDTH = 52;

export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The width of an element, which charts follow. */
export function useWidth(ref) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** A pattern for each outcome but SUCCESS, so that outcomes differ without colour. */
function pattern(kind, background, line) {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 6 * devicePixelRatio;
  const c = tile.getContext('2d');
  const size = tile.width;
  c.fillStyle = background;
  c.fillRect(0, 0, size, size);
  c.strokeStyle = c.fillStyle = line;
  c.lineWidth = 1.5 * devicePixelRatio;
  c.beginPath();
  if (kind === 'dots') c.arc(size / 2, size / 2, size / 4, 0, 2 * Math.PI);
  for (const shift of kind === 'dots' ? [] : [-size, 0, size]) {
    c.moveTo(shift, kind === 'rising' ? size : 0);
    c.lineTo(shift + size, kind === 'rising' ? 0 : size);
  }
  if (kind === 'dots') c.fill();
  else c.stroke();
  return c.createPattern(tile, 'repeat');
}

const FILL = {
  SUCCESS: () => color('--success'),
  WARNING: () => pattern('falling', color('--warning'), color('--panel')),
  EDGE_CASE: () => pattern('dots', color('--edge'), color('--panel')),
  FAILED: () => pattern('rising', color('--failed'), color('--panel')),
};

function axes(times, yValues) {
  const span = (times.at(-1) - times[0]) * 1000;
  // A label at the right end would be cut.
  const end = times.at(-1) - 0.05 * (times.at(-1) - times[0]);
  const axis = { stroke: color('--muted'), font: '11px system-ui, sans-serif', ticks: { show: false } };
  return [
    { ...axis, grid: { show: false }, size: 24, gap: 4, space: 72, values: (u, splits) => splits.map((s) => (s > end ? '' : tick(s * 1000, span))) },
    { ...axis, grid: { stroke: color('--grid'), width: 1 }, size: AXIS_WIDTH, gap: 6, values: (u, splits) => splits.map(yValues) },
  ];
}

/**
 * A chart over time. Dragging zooms. With the keyboard: arrow keys move a cursor, Shift extends the selection, Enter zooms.
 *
 * @param table rows of text, the first is the head: the same numbers for those who cannot see the chart
 */
function TimeChart({ name, label, times, interval, build, theme, onZoom, table, legend }) {
  const box = useRef(null);
  const plot = useRef(null);
  const cursor = useRef({ at: -1, from: -1 });
  const [said, setSaid] = useState('');
  const width = useWidth(box);

  useEffect(() => {
    if (width < 50 || times.length === 0) return undefined;
    const { series, data, y, yValues } = build();
    const options = {
      width,
      height: HEIGHT,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: true, range: [times[0], times.at(-1) + interval / 1000] }, y },
      axes: axes(times, yValues),
      series: [{}, ...series],
      hooks: {
        setSelect: [(u) => {
          if (u.select.width < 4) return;
          const from = u.posToVal(u.select.left, 'x') * 1000;
          const to = u.posToVal(u.select.left + u.select.width, 'x') * 1000;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onZoom(from, to);
        }],
        setCursor: [(u) => {
          const i = u.cursor.left >= 0 ? times.findLastIndex((t) => t <= u.posToVal(u.cursor.left, 'x')) : -1;
          setSaid(i >= 0 ? table.rows[i].join(' · ') : '');
        }],
      },
    };
    plot.current = new uPlot(options, [times, ...data], box.current);
    return () => plot.current.destroy();
  }, [width, build, theme, times]);

  function onKeyDown(e) {
    const c = cursor.current;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (step) {
      e.preventDefault();
      c.at = Math.max(0, Math.min(times.length - 1, c.at < 0 ? 0 : c.at + step));
      if (!e.shiftKey) c.from = c.at;
      const [low, high] = [Math.min(c.from, c.at), Math.max(c.from, c.at)];
      const u = plot.current;
      const left = u.valToPos(times[low], 'x');
      const right = u.valToPos(times[high] + interval / 1000, 'x');
      u.setSelect({ left, top: 0, width: right - left, height: u.over.clientHeight }, false);
      setSaid(table.rows[c.at].join(' · '));
    } else if (e.key === 'Enter' && c.at >= 0) {
      const [low, high] = [Math.min(c.from, c.at), Math.max(c.from, c.at)];
      cursor.current = { at: -1, from: -1 };
      onZoom(times[low] * 1000, times[high] * 1000 + interval);
    }
  }

  return html`<figure class="chart" aria-label=${name}>
    <figcaption><h2>${name}</h2>${legend}</figcaption>
    <div class="plot" ref=${box} tabindex="0" role="application" aria-roledescription="chart"
      aria-label=${`${label} Arrow keys move the cursor, Shift with an arrow key selects, Enter zooms in.`} onKeyDown=${onKeyDown}></div>
    <p class="readout" aria-live="polite">${said || '\u00a0'}</p>
    <${DataTable} name=${name} table=${table} />
  </figure>`;
}

/** The numbers of a chart. They are rendered when the table is opened. */
export function DataTable({ name, table }) {
  const [open, setOpen] = useState(false);
  return html`<details class="datatable" onToggle=${(e) => setOpen(e.target.open)}>
    <summary>Table<span class="sr"> of ${name}</span></summary>
    ${open && html`<div class="scroll"><table>
      <thead><tr>${table.head.map((h) => html`<th scope="col" key=${h}>${h}</th>`)}</tr></thead>
      <tbody>${table.rows.map((row) => html`<tr key=${row[0]}>${row.map((cell, i) => html`<td key=${i}>${cell}</td>`)}</tr>`)}</tbody>
    </table></div>`}
  </details>`;
}

const secondsOf = (stats) => stats.series.map((s) => Date.parse(s.at) / 1000);

/** Events over time, stacked by outcome. */
export function Histogram({ stats, interval, theme, onZoom }) {
  const times = useMemo(() => secondsOf(stats), [stats]);
  const shown = useMemo(() => OUTCOMES.filter((o) => o === 'SUCCESS' || o === 'FAILED' || stats.series.some((s) => s.outcomes[o] > 0)), [stats]);
  const build = useMemo(() => () => {
    // Each series is drawn from the axis up to the sum, the highest first.
    const sums = [];
    let below = times.map(() => 0);
    for (const outcome of [...shown].reverse()) {
      below = below.map((n, i) => n + (stats.series[i].outcomes[outcome] ?? 0));
      sums.unshift(below);
    }
    const bars = uPlot.paths.bars({ size: [0.86, 60], align: 1, gap: 0 });
    return {
      series: shown.map((outcome) => ({ paths: bars, points: { show: false }, width: 0, stroke: 'transparent', fill: FILL[outcome] })),
      data: sums,
      y: { range: (u, min, max) => [0, Math.max(1, max * 1.08)] },
      yValues: (n) => (Number.isInteger(n) ? count(n) : ''),
    };
  }, [stats, shown, times]);
  const totals = Object.fromEntries(OUTCOMES.map((o) => [o, stats.series.reduce((sum, s) => sum + (s.outcomes[o] ?? 0), 0)]));
  const table = {
    head: ['Time', ...shown],
    rows: stats.series.map((s) => [dateTime(s.at), ...shown.map((o) => `${OUTCOME_SIGN[o]} ${count(s.outcomes[o] ?? 0)}`)]),
  };
  const legend = html`<ul class="legend">${shown.map((o) => html`<li key=${o}>
    <span class=${`outcome ${o}`}><span class="sign" aria-hidden="true">${OUTCOME_SIGN[o]}</span>${o}</span> ${count(totals[o])}</li>`)}</ul>`;
  return html`<${TimeChart} name="Events by outcome" theme=${theme} times=${times} interval=${interval} build=${build} onZoom=${onZoom} table=${table} legend=${legend}
    label=${`${count(stats.total.count)} events, ${count(totals.FAILED)} failed.`} />`;
}

const PERCENTILES = [
  { p: 'p50', dash: [], color: '--p50' },
  { p: 'p95', dash: [7, 4], color: '--p95' },
  { p: 'p99', dash: [2, 3], color: '--p99' },
];

export function Percentiles({ stats, field, interval, theme, onZoom }) {
  const times = useMemo(() => secondsOf(stats), [stats]);
  const build = useMemo(() => () => ({
    series: PERCENTILES.map(({ dash, color: name }) => ({ stroke: () => color(name), width: 1.6, dash, points: { show: times.length < 3 }, spanGaps: false })),
    data: PERCENTILES.map(({ p }) => stats.series.map((s) => s.values[`${p}(${field})`] ?? null)),
    y: { range: (u, min, max) => [0, max > 0 ? max * 1.08 : 1] },
    yValues: (n) => measure(n, field),
  }), [stats, field, times]);
  const table = {
    head: ['Time', ...PERCENTILES.map(({ p }) => p)],
    rows: stats.series.map((s) => [dateTime(s.at), ...PERCENTILES.map(({ p }) => `${p} ${measure(s.values[`${p}(${field})`], field)}`)]),
  };
  const legend = html`<ul class="legend">${PERCENTILES.map(({ p }) => html`<li key=${p}><span class=${`line ${p}`} aria-hidden="true"></span>${p} ${measure(stats.total[`${p}(${field})`], field)}</li>`)}</ul>`;
  return html`<${TimeChart} name="Percentiles" theme=${theme} times=${times} interval=${interval} build=${build} onZoom=${onZoom} table=${table} legend=${legend}
    label=${`Percentiles of ${field} over time.`} />`;
}

