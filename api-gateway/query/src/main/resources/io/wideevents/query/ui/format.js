// Numbers, times and shell words as people read them.

export const OUTCOMES = ['SUCCESS', 'WARNING', 'EDGE_CASE', 'FAILED'];
export const OUTCOME_SIGN = { SUCCESS: '✓', FAILED: '✕', WARNING: '!', EDGE_CASE: '◇' };

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export function count(n) {
  if (n == null) return '–';
  return Math.abs(n) < 100_000 ? whole.format(n) : compact.format(n);
}

export function counted(n, word) {
  return `${count(n)} ${word}${n === 1 ? '' : 's'}`;
}

export function percent(share) {
  if (share == null) return '–';
  const p = share * 100;
  if (p === 0) return '0 %';
  if (p < 0.1) return '< 0.1 %';
  return `${p < 10 ? p.toFixed(1) : p.toFixed(0)} %`;
}

function digits(n) {
  const size = Math.abs(n);
  if (size >= 100) return n.toFixed(0);
  if (size >= 10) return n.toFixed(1).replace(/\.0$/, '');
  return Number(n.toPrecision(2)).toString();
}

/** A value of a field: milliseconds where the name of the field says so. */
export function measure(n, field) {
  if (n == null) return '–';
  if (!/ms$/i.test(field)) return Math.abs(n) >= 10_000 ? compact.format(n) : digits(n);
  if (Math.abs(n) >= 60_000) return `${digits(n / 60_000)} min`;
  if (Math.abs(n) >= 1000) return `${digits(n / 1000)} s`;
  return `${digits(n)} ms`;
}

export function bytes(n) {
  if (n == null) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  while (n >= 1024 && i < units.length - 1) {
    n /= 1024;
    i++;
  }
  return `${digits(n)} ${units[i]}`;
}

const pad = (n, width = 2) => String(n).padStart(width, '0');
const day = (d) => `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;

export function clock(time, millis = false) {
  const d = new Date(time);
  const text = `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
  return millis ? `${text}.${pad(d.getMilliseconds(), 3)}` : text;
}

export function dayOf(time) {
  return day(new Date(time));
}

export function dateTime(time) {
  return `${day(new Date(time))} ${clock(time)}`;
}

/** The value of an input of type datetime-local. */
export function localInput(time) {
  return `${day(new Date(time))}T${clock(time)}`;
}

/** A tick of a time axis: the date only where the period is longer than two days. */
export function tick(time, spanMillis) {
  const d = new Date(time);
  if (spanMillis > 2 * 86_400_000) return `${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
  return spanMillis > 10 * 60_000 ? `${pad(d.getHours())}:${pad(d.getMinutes())}` : clock(time);
}

export function instant(millis) {
  return new Date(Math.round(millis)).toISOString();
}

const PRESETS = { '-15m': '15 minutes', '-1h': '1 hour', '-6h': '6 hours', '-24h': '24 hours', '-7d': '7 days', '-30d': '30 days' };
export const PRESET_NAMES = Object.entries(PRESETS);

export function periodName(from, to) {
  if (to === 'now' && PRESETS[from]) return `Last ${PRESETS[from]}`;
  if (to === 'now' && from.startsWith('-')) return `Last ${from.slice(1)}`;
  const name = (time) => (time === 'now' || time.startsWith('-') ? time : dateTime(time));
  if (Number.isNaN(new Date(from).getTime()) || Number.isNaN(new Date(to).getTime())) return `${name(from)} – ${name(to)}`;
  if (dayOf(from) !== dayOf(to)) return `${dateTime(from)} – ${dateTime(to)}`;
  return `${dayOf(from) === dayOf(Date.now()) ? 'Today' : dayOf(from)} ${clock(from)} – ${clock(to)}`;
}

/** One word of a shell: in single quotes, where only the single quote itself needs another form. */
export function shellWord(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A request to this gateway as a command. The key is read from a variable, so that it is not copied. */
export function curl(path, withKey, ...options) {
  const key = withKey ? ` -H "Authorization: Bearer $QUERY_API_KEY"` : '';
  return ['curl -sS', shellWord(location.origin + path)].join(' ') + key + options.map((o) => ` ${o}`).join('');
}

/** A value of an event in one line. Integers that no double holds are raw JSON (see api.js). */
export function valueText(value) {
  if (value === null) return 'null';
  if (isRaw(value)) return value.rawJSON;
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

export function isRaw(value) {
  return typeof value === 'object' && value !== null && JSON.isRawJSON?.(value) === true;
}
