import { html, useEffect, useMemo, useRef, useState } from './ui.js';
import { color, DataTable, useWidth } from './charts.js';
import { count, counted, dateTime, measure, tick } from './format.js';

const HEIGHT = 168;
const LEFT = 52;
const TOP = 8;
const BOTTOM = 24;

function rgb(hex) {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** A colour between three stops; the share of the largest cell is on a logarithmic scale. */
function ramp(stops, share) {
  const at = share * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const part = at - i;
  return `rgb(${stops[i].map((c, k) => Math.round(c + (stops[i + 1][k] - c) * part)).join(' ')})`;
}

const rounded = (n) => Number(n.toPrecision(4));

/**
 * How many events took how long, over time. A cell with stripes has more failures than successes. Dragging selects
 * events for the comparison. With the keyboard: arrow keys move, Shift extends the selection, Enter compares.
 */
export function Heatmap({ stats, field, interval, theme, selection, onSelect }) {
  const box = useRef(null);
  const canvas = useRef(null);
  const start = useRef(null);
  const [drag, setDrag] = useState(null);
  const [said, setSaid] = useState('');
  const width = useWidth(box);
  const map = useMemo(() => grid(stats, interval), [stats, interval]);
  const inner = Math.max(1, width - LEFT - 8);
  const high = HEIGHT - TOP - BOTTOM;

  useEffect(() => {
    if (width < 50 || !map) return;
    const c = canvas.current;
    c.width = width * devicePixelRatio;
    c.height = HEIGHT * devicePixelRatio;
    const g = c.getContext('2d');
    g.scale(devicePixelRatio, devicePixelRatio);
    draw(g, map, field, inner, high);
  }, [width, map, theme, field]);

  const cellAt = (x, y) => ({
    column: Math.max(0, Math.min(map.columns - 1, Math.floor(((x - LEFT) / inner) * map.columns))),
    row: Math.max(0, Math.min(map.rows - 1, Math.floor((1 - (y - TOP) / high) * map.rows))),
  });
  const between = (a, b) => ({
    c0: Math.min(a.column, b.column), c1: Math.max(a.column, b.column),
    r0: Math.min(a.row, b.row), r1: Math.max(a.row, b.row),
  });
  const pick = (r) => onSelect({
    from: map.start + r.c0 * interval,
    to: map.start + (r.c1 + 1) * interval,
    low: rounded(map.bounds[r.r0]),
    high: rounded(map.bounds[r.r1 + 1]),
  });
  const describe = ({ column, row }) => {
    const cell = map.cells.get(column * 1000 + row);
    return `${dateTime(map.start + column * interval)} · ${measure(map.bounds[row], field)} – ${measure(map.bounds[row + 1], field)} · ${counted(cell?.count ?? 0, 'event')}, ${count(cell?.failed ?? 0)} failed`;
  };
  const point = (e) => {
    const r = canvas.current.getBoundingClientRect();
    return cellAt(e.clientX - r.left, e.clientY - r.top);
  };

  function onPointerDown(e) {
    if (!map || e.button !== 0) return;
    start.current = point(e);
    canvas.current.setPointerCapture(e.pointerId);
    setDrag(between(start.current, start.current));
  }
  function onPointerMove(e) {
    if (!map) return;
    const at = point(e);
    setSaid(describe(at));
    if (start.current) setDrag(between(start.current, at));
  }
  function onPointerUp(e) {
    if (!start.current) return;
    const chosen = between(start.current, point(e));
    start.current = null;
    setDrag(null);
    // A click without dragging is no selection of one cell of a few pixels.
    if (chosen.c0 !== chosen.c1 || chosen.r0 !== chosen.r1) pick(chosen);
  }
  const keys = useRef(null);
  function onKeyDown(e) {
    if (!map) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
    if (step) {
      e.preventDefault();
      const now = keys.current?.at ?? { column: -step[0], row: Math.floor(map.rows / 2) - step[1] };
      const at = {
        column: Math.max(0, Math.min(map.columns - 1, now.column + step[0])),
        row: Math.max(0, Math.min(map.rows - 1, now.row + step[1])),
      };
      keys.current = { at, from: e.shiftKey && keys.current ? keys.current.from : at };
      setDrag(between(keys.current.from, at));
      setSaid(describe(at));
    } else if (e.key === 'Enter' && keys.current) {
      pick(between(keys.current.from, keys.current.at));
      keys.current = null;
      setDrag(null);
    } else if (e.key === 'Escape' && keys.current) {
      e.stopPropagation();
      keys.current = null;
      setDrag(null);
    }
  }

  const marked = drag && map ? place(drag, map, inner, high) : selection && map ? placeSelection(selection, map, interval, inner, high) : null;
  const table = useMemo(() => tableOf(map, field, interval), [map, field, interval]);
  return html`<figure class="chart" aria-label="Heatmap">
    <figcaption><h2>Heatmap of <span class="mono">${field}</span></h2>
      <ul class="legend"><li><span class="heat-scale" aria-hidden="true"></span>few – many</li><li><span class="heat-failed" aria-hidden="true"></span>mostly failed</li><li class="note wide-only">Drag to compare</li></ul>
    </figcaption>
    <div class="plot heat" ref=${box}>
      <canvas ref=${canvas} tabindex="0" role="application" aria-roledescription="heatmap"
        aria-label=${`Heatmap of ${field}. ${map ? `From ${measure(map.bounds[0], field)} to ${measure(map.bounds[map.rows], field)}.` : 'No values.'} Arrow keys move, Shift with an arrow key selects, Enter compares the selection with the rest.`}
        onPointerDown=${onPointerDown} onPointerMove=${onPointerMove} onPointerUp=${onPointerUp} onPointerCancel=${() => { start.current = null; setDrag(null); }}
        onPointerLeave=${() => setSaid('')} onKeyDown=${onKeyDown}></canvas>
      ${marked && html`<div class="selected" style=${marked}></div>`}
      ${!map && html`<p class="nothing">No event of this period has a number in <span class="mono">${field}</span>.</p>`}
    </div>
    <p class="readout" aria-live="polite">${said || '\u00a0'}</p>
    <${DataTable} name="Heatmap" table=${table} />
  </figure>`;
}

/** The cells by column and row. Rows without events at both ends are left out. */
function grid(stats, interval) {
  const heat = stats.heatmap;
  if (!heat || heat.cells.length === 0 || stats.series.length === 0) return null;
  let low = Infinity;
  let top = -Infinity;
  let most = 0;
  for (const cell of heat.cells) {
    low = Math.min(low, cell.bucket);
    top = Math.max(top, cell.bucket);
    most = Math.max(most, cell.count);
  }
  low = Math.max(0, low - 1);
  top = Math.min(heat.bounds.length - 2, top + 1);
  const start = Date.parse(stats.series[0].at);
  const cells = new Map();
  for (const cell of heat.cells) {
    cells.set(Math.round((Date.parse(cell.at) - start) / interval) * 1000 + cell.bucket - low, cell);
  }
  return { cells, start, interval, most, columns: stats.series.length, rows: top - low + 1, bounds: heat.bounds.slice(low, top + 2) };
}

function draw(g, map, field, inner, high) {
  const stops = ['--heat-low', '--heat-middle', '--heat-high'].map((name) => rgb(color(name)));
  const cellWidth = inner / map.columns;
  const cellHeight = high / map.rows;
  const gap = cellWidth > 5 ? 1 : 0;
  for (const [key, cell] of map.cells) {
    const column = Math.floor(key / 1000);
    const row = key % 1000;
    const x = LEFT + column * cellWidth;
    const y = TOP + high - (row + 1) * cellHeight;
    const w = Math.max(1, cellWidth - gap);
    const h = Math.max(1, cellHeight - (cellHeight > 4 ? 1 : 0));
    const share = map.most <= 1 ? 1 : Math.log1p(cell.count) / Math.log1p(map.most);
    g.fillStyle = ramp(stops, share);
    g.fillRect(x, y, w, h);
    if (cell.failed * 2 > cell.count) {
      // Colour and a line, so that failures do not depend on colour.
      g.fillStyle = color('--failed');
      g.fillRect(x, y, w, h);
      g.strokeStyle = color('--panel');
      g.lineWidth = 1;
      g.beginPath();
      g.moveTo(x, y + h);
      g.lineTo(x + w, y);
      g.stroke();
    }
  }
  axes(g, map, field, inner, high);
}

function axes(g, map, field, inner, high) {
  g.fillStyle = color('--muted');
  g.font = '11px system-ui, sans-serif';
  g.textBaseline = 'middle';
  g.textAlign = 'right';
  for (const value of valueTicks(map.bounds[0], map.bounds[map.rows])) {
    g.fillText(measure(value, field), LEFT - 6, TOP + high - rowOf(map, value) * (high / map.rows));
  }
  g.textAlign = 'center';
  g.textBaseline = 'top';
  const span = map.columns * map.interval;
  for (const time of timeTicks(map.start, span, Math.floor(inner / 64))) {
    const text = tick(time, span);
    const at = LEFT + ((time - map.start) / span) * inner;
    if (at + g.measureText(text).width / 2 <= g.canvas.clientWidth) g.fillText(text, at, TOP + high + 6);
  }
}

/** The row of a value, with its part of the row. The bounds of a row grow by a factor. */
function rowOf(map, value) {
  const i = Math.max(0, map.bounds.findLastIndex((b) => b <= value));
  const [low, next] = [map.bounds[i], map.bounds[i + 1] ?? map.bounds[i]];
  return next > low ? i + (value - low) / (next - low) : i;
}

/** Powers of ten, or 1, 2 and 5 times a power of ten where there are few of them. */
function valueTicks(low, high) {
  const all = [];
  for (let e = -6; e <= 12; e++) all.push(10 ** e, 2 * 10 ** e, 5 * 10 ** e);
  const inside = all.filter((v) => v >= low && v <= high);
  const powers = inside.filter((v) => Number.isInteger(Math.round(Math.log10(v) * 1e6) / 1e6));
  return powers.length >= 3 ? powers : inside.slice(0, 7);
}

const SECOND = 1000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map((s) => s * SECOND);

function timeTicks(start, span, most) {
  const step = STEPS.find((s) => span / s <= most) ?? STEPS.at(-1) * Math.ceil(span / STEPS.at(-1) / most);
  // Ticks at whole hours and days of this browser's time zone.
  const shift = new Date(start).getTimezoneOffset() * 60_000;
  const ticks = [];
  for (let t = Math.ceil((start - shift) / step) * step + shift; t < start + span; t += step) ticks.push(t);
  return ticks.filter((t) => t - start > span * 0.03 && start + span - t > span * 0.03);
}

function place({ c0, c1, r0, r1 }, map, inner, high) {
  return {
    left: `${LEFT + (c0 / map.columns) * inner}px`,
    width: `${((c1 - c0 + 1) / map.columns) * inner}px`,
    top: `${TOP + high - ((r1 + 1) / map.rows) * high}px`,
    height: `${((r1 - r0 + 1) / map.rows) * high}px`,
  };
}

/** The rectangle of a selection that came with the address. */
function placeSelection(selection, map, interval, inner, high) {
  const column = (time) => Math.round((time - map.start) / interval);
  const row = (value) => {
    const i = map.bounds.findIndex((b) => rounded(b) >= value);
    return i < 0 ? map.rows : i;
  };
  const c0 = Math.max(0, column(selection.from));
  const c1 = Math.min(map.columns, column(selection.to)) - 1;
  const r0 = selection.low === null ? 0 : row(selection.low);
  const r1 = selection.high === null ? map.rows - 1 : row(selection.high) - 1;
  return c1 < c0 || r1 < r0 ? null : place({ c0, c1, r0, r1 }, map, inner, high);
}

function tableOf(map, field, interval) {
  if (!map) return { head: ['Time', 'Range', 'Events', 'Failed'], rows: [] };
  const rows = [...map.cells].sort(([a], [b]) => a - b).slice(0, 2000).map(([key, cell]) => {
    const row = key % 1000;
    return [
      dateTime(map.start + Math.floor(key / 1000) * interval),
      `${measure(map.bounds[row], field)} – ${measure(map.bounds[row + 1], field)}`,
      count(cell.count),
      count(cell.failed ?? 0),
    ];
  });
  return { head: ['Time', field, 'Events', 'Failed'], rows };
}
