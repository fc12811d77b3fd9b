// The page's side of the filter grammar: it writes terms and finds the term at the caret. Only the gateway parses filters.

import { isRaw } from './format.js';

const BARE = /^[\p{L}_][\p{L}\p{N}_@/{}-]*(\.[\p{L}\p{N}_@/{}-]+)*$/u;
const READS_AS_OTHER = /^(true|false|null)$/;
const SEGMENT = /^[^.\s:"$]+$/;
const LONGEST_VALUE = 300;

// In quotation marks, \ stands before each character that would have a meaning. An unescaped * stands for any text.
const escaped = (text) => text.replace(/[\\"*]/g, '\\$&');

/** The path of a field as the grammar writes it, or null where the grammar cannot name it. */
export function fieldPath(segments) {
  const path = segments.join('.');
  const fits = segments.length >= 1 && segments.length <= 12 && path.length <= 200;
  return fits && segments.every((s) => SEGMENT.test(s) && !s.startsWith('-')) ? path : null;
}

/** The longest start of a text that a filter can contain: it is short, is Unicode, and has no U+0000. */
function literalStart(text) {
  return text.slice(0, LONGEST_VALUE).split('\0', 1)[0].match(/^[^\p{Surrogate}]*/u)[0];
}

/** The term that finds events with this value. Of a value that a filter cannot contain, it has the start and a `*`. */
export function termFor(field, value) {
  if (value !== null && typeof value === 'object') {
    return isRaw(value) ? `${field}:${value.rawJSON}` : `has:${field}`;
  }
  if (typeof value !== 'string') return `${field}:${value}`;
  const known = literalStart(value);
  if (known !== value) return `${field}:"${escaped(known)}*"`;
  return `${field}:${BARE.test(value) && !READS_AS_OTHER.test(value) ? value : `"${escaped(value)}"`}`;
}

/** The terms of a filter, with their positions. A term ends at a blank outside of quotes. */
export function terms(filter) {
  const found = [];
  let start = -1;
  let inQuotes = false;
  for (let i = 0; i <= filter.length; i++) {
    const c = filter[i];
    if (c === undefined || (!inQuotes && /\s/.test(c))) {
      if (start >= 0) found.push({ start, end: i, text: filter.slice(start, i) });
      start = -1;
    } else {
      if (start < 0) start = i;
      if (inQuotes && c === '\\') i++;
      else if (c === '"') inQuotes = !inQuotes;
    }
  }
  return found;
}

export function addTerm(filter, term) {
  const opposite = term.startsWith('-') ? term.slice(1) : `-${term}`;
  const kept = terms(filter).map((t) => t.text).filter((t) => t !== opposite && t !== term);
  return [...kept, term].join(' ');
}

export function removeTerm(filter, term) {
  return terms(filter).filter((t) => t.start !== term.start).map((t) => t.text).join(' ');
}

export function and(filter, more) {
  return [filter.trim(), more].filter(Boolean).join(' ');
}

/** The text of a filter that is nothing but one id, or null. */
export function loneId(filter) {
  const text = filter.trim();
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{7,199}$/.test(text) && /\d/.test(text) ? text : null;
}

export const isUuid = (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** What is being typed at the caret: a field, or a value of a field. */
export function completionAt(filter, caret) {
  const term = terms(filter).find((t) => t.start <= caret && caret <= t.end) ?? { start: caret, end: caret, text: '' };
  const typed = filter.slice(term.start, caret);
  const sign = typed.startsWith('-') ? '-' : '';
  const body = typed.slice(sign.length);
  if (body.startsWith('"')) return null;
  const colon = body.indexOf(':');
  const from = term.start + sign.length;
  if (colon < 0) return { kind: 'field', prefix: body, from, to: term.end, after: term.text.slice(typed.length) };
  const field = body.slice(0, colon);
  if (field === 'has') return { kind: 'field', prefix: body.slice(colon + 1), from: from + colon + 1, to: term.end, only: true };
  const values = body.slice(colon + 1);
  const comma = values.startsWith('"') ? -1 : values.lastIndexOf(',');
  return {
    kind: 'value',
    field,
    prefix: values.slice(comma + 1).replace(/^"/, ''),
    from: from + colon + 1 + comma + 1,
    to: term.end,
  };
}
