import { Component, html } from './ui.js';

/**
 * Shows a text in place of a part of the page that failed, so that the other parts stay. The part is rendered again when
 * `of` changes.
 *
 * @param name the part, as the beginning of a sentence
 * @param of what the part shows
 * @param columns for a part that is a row of a table: the number of columns
 */
export class Guard extends Component {
  static getDerivedStateFromProps({ of }, state) {
    return of === state.of ? null : { of, failed: false };
  }

  static getDerivedStateFromError() {
    return { failed: true };
  }

  componentDidCatch(error) {
    console.error(error);
  }

  render({ name, columns, children }, { failed }) {
    if (!failed) return children;
    const text = `${name} cannot be shown. The console of this browser has the error.`;
    return columns
      ? html`<tr><td colspan=${columns} class="problem-note">${text}</td></tr>`
      : html`<p class="problem failed-part" role="alert">${text}</p>`;
  }
}
