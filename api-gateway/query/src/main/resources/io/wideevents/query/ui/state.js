// The state of the page is the fragment of its address, which a browser does not send to the server.

export const DEFAULTS = {
  q: '', // filter
  from: '-1h',
  to: 'now',
  field: 'performance.durationMs', // of heatmap and percentiles
  tab: 'events', // events | groups | compare
  group: 'route',
  sort: '-count',
  order: 'desc',
  sel: '', // compare: the terms that the selection adds to the filter
  selFrom: '',
  selTo: '',
  event: '', // id of the event in the drawer
  panel: '', // pipeline
  live: '',
};

export function readState(hash = location.hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const state = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS)) {
    if (params.has(name)) state[name] = params.get(name);
  }
  return state;
}

export function hashOf(state) {
  const params = new URLSearchParams();
  for (const [name, standard] of Object.entries(DEFAULTS)) {
    if (state[name] !== standard) params.set(name, state[name]);
  }
  const text = params.toString();
  return text ? `#${text}` : '#';
}

/** A period with absolute ends, for a link that shows the same events tomorrow. */
export function isRelative(time) {
  return time === 'now' || time.startsWith('-');
}
