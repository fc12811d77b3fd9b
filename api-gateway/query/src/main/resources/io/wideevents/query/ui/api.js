// Requests to the query API of this gateway.

const KEY = 'wideevents.key';
let key = stored();
let askForKey = null;
let asking = null;

function stored() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export const hasKey = () => key !== '';

export function setKey(text) {
  key = text;
  try {
    if (text) sessionStorage.setItem(KEY, text);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage the key is kept until the page is closed.
  }
}

/** @param ask shows why a key is needed; its promise ends when a key was entered, and fails when none will be */
export function onKeyNeeded(ask) {
  askForKey = ask;
}

const sentence = (text) => (/[\p{L}\p{N})"'\]]$/u.test(text) ? `${text}.` : text);

/** A response that is not a success. The fields are those of the problem document. */
export class Problem extends Error {
  constructor(status, body) {
    super(sentence(body.detail || body.title || `The gateway answered ${status}`));
    this.status = status;
    this.code = body.code ?? '';
    this.fix = sentence(body.fix ?? '');
    this.position = typeof body.position === 'number' ? body.position : null;
  }
}

// A double cannot hold integers above 2^53 and exponents above 308. They are kept as the text that the gateway sent.
const BEYOND_DOUBLE = /\d{16}|\de[+-]?\d{3}/i;

/** The digits of a number and its exponent, in one form for 0.0000001, 1e-7 and 1E-7. */
function canonical(text) {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  if (whole === undefined) return text;
  const digits = whole + fraction;
  const significant = digits.replace(/0+$/, '');
  return `${sign}${significant.replace(/^0+/, '')}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

const exact = (name, value, context) =>
  typeof value === 'number' && context?.source && JSON.rawJSON && BEYOND_DOUBLE.test(context.source) && canonical(String(value)) !== canonical(context.source)
    ? JSON.rawJSON(context.source)
    : value;

export function parse(text) {
  return BEYOND_DOUBLE.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

/** Statistics. The page calculates with figures, so each of them is a double. The keys of groups are exact. */
export function parseFigures(text) {
  const figures = JSON.parse(text);
  const keys = parse(text).groups ?? [];
  keys.forEach((group, i) => (figures.groups[i].key = group.key));
  return figures;
}

async function problemOf(response) {
  let body = {};
  try {
    body = JSON.parse(await response.text());
  } catch {
    // A proxy may answer with something else. The status is shown then.
  }
  return new Problem(response.status, body);
}

const BUSY_RETRIES = 4;

export function delayed(millis, signal) {
  return new Promise((resolve) => {
    const id = setTimeout(resolve, millis);
    signal?.addEventListener('abort', () => {
      clearTimeout(id);
      resolve();
    }, { once: true });
  });
}

async function send(path, init, attempt = 0) {
  const headers = { Accept: 'application/json', ...init.headers };
  if (key) headers.Authorization = `Bearer ${key}`;
  const sent = key;
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', redirect: 'error', ...init, headers });
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Problem(0, { detail: 'The gateway does not answer.', fix: 'Check that it runs and that the network reaches it.' });
  }
  // The gateway limits its queries. The page sends several at the same time, so it tries again.
  if (response.status === 429 && attempt < BUSY_RETRIES) {
    await delayed(500 + 1000 * Math.random(), init.signal);
    init.signal?.throwIfAborted();
    return send(path, init, attempt + 1);
  }
  if (response.status !== 401 && response.status !== 403) return response;
  const problem = await problemOf(response);
  if (!askForKey) throw problem;
  // Several requests may fail at the same time. They wait for one dialog.
  if (sent === key) {
    asking ??= askForKey(problem).finally(() => (asking = null));
    await asking;
  }
  init.signal?.throwIfAborted();
  return send(path, init, attempt);
}

export async function call(path, { params, body, signal, read = parse } = {}) {
  const response = await send(withParams(path, params), {
    signal,
    ...(body && { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  if (!response.ok) throw await problemOf(response);
  return read(await response.text());
}

export function withParams(path, params) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value !== undefined && value !== null && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

export const eventPath = (id) => `/v1/events/${encodeURIComponent(id)}`;

/** Readiness needs no key. A reply with status 503 has the same body. */
export async function readiness(signal) {
  const response = await fetch('/health/ready', { cache: 'no-store', signal });
  return response.json();
}

const FIRST_DELAY_MILLIS = 500;
const LONGEST_DELAY_MILLIS = 10_000;

/** Whether the same request may succeed later. A tail that has expired succeeds without its last id. */
const mayPass = (problem) => problem.status === 410 || problem.status === 429 || (problem.status >= 500 && problem.status !== 501);

/**
 * Follows new events until the signal aborts. EventSource cannot send a key, so the stream is read with fetch.
 *
 * @param on has the functions open(), event(event), skipped(count), missed() and state(text)
 */
export async function tail(filter, on, signal) {
  let last = '';
  let delay = FIRST_DELAY_MILLIS;
  while (!signal.aborted) {
    try {
      const headers = { Accept: 'text/event-stream', ...(last && { 'Last-Event-ID': last }) };
      const response = await send(withParams('/v1/tail', { filter }), { signal, headers });
      if (!response.ok) throw await problemOf(response);
      on.open();
      on.state('');
      for await (const message of messages(response.body)) {
        // The status was sent before MongoDB failed.
        if (message.event === 'problem') throw problemIn(message.data);
        if (message.id) last = message.id;
        if (message.event === 'wide-event') on.event(parse(message.data));
        else if (message.event === 'skipped') on.skipped(JSON.parse(message.data).events);
        else continue;
        // Each opening begins with an id, also if a problem follows. Only an event shows that the stream works.
        delay = FIRST_DELAY_MILLIS;
      }
    } catch (e) {
      if (signal.aborted) return;
      if (e instanceof Problem && e.status > 0 && !mayPass(e)) throw e;
      if (e.status === 410) {
        last = '';
        on.missed();
      }
      on.state('The stream was interrupted. Connecting again …');
    }
    await delayed(delay, signal);
    delay = Math.min(delay * 2, LONGEST_DELAY_MILLIS);
  }
}

function problemIn(data) {
  const body = JSON.parse(data);
  return new Problem(body.status, body);
}

async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const message = { event: 'message', id: '', data: '' };
        for (const line of part.split('\n')) {
          const colon = line.indexOf(':');
          if (colon <= 0) continue;
          const name = line.slice(0, colon);
          const text = line.slice(colon + 1).replace(/^ /, '');
          if (name === 'data') message.data += (message.data ? '\n' : '') + text;
          else if (name === 'event' || name === 'id') message[name] = text;
        }
        // The first message may have only an id, from which the stream resumes.
        if (message.data || message.id) yield message;
      }
    }
  } finally {
    // Closes the connection, because the gateway limits the number of open tails.
    reader.cancel().catch(() => {});
  }
}
