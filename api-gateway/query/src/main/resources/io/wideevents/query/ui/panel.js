import { html, useEffect, useId, useRef } from './ui.js';

/** A dialog at the right side. It takes the focus, closes with Escape, and gives the focus back to what opened it. */
export function Panel({ title, label, onClose, children }) {
  const heading = useRef(null);
  const panel = useRef(null);
  const id = useId();

  useEffect(() => {
    const before = document.activeElement;
    heading.current.focus({ preventScroll: true });
    // In a narrow window the panel covers the page, which then takes no focus.
    const covered = panel.current.offsetWidth >= innerWidth - 16 ? [...document.querySelectorAll('main, header.top, footer')] : [];
    for (const part of covered) part.inert = true;
    return () => {
      for (const part of covered) part.inert = false;
      // Rows are rendered again meanwhile, so the row is found by its event.
      const event = before?.dataset?.event;
      const target = event ? document.querySelector(`[data-event="${CSS.escape(event)}"]`) : before;
      (target?.isConnected && target !== document.body ? target : document.getElementById('query'))?.focus({ preventScroll: true });
    };
  }, []);

  return html`<aside class="panel" ref=${panel} role="dialog" aria-labelledby=${id} onKeyDown=${(e) => {
    if (e.key === 'Escape') {
      e.stopPropagation();
      onClose();
    }
  }}>
    <header class="panel-head">
      <h2 id=${id} ref=${heading} tabindex="-1">${title}${label && html`<span class="sr">, ${label}</span>`}</h2>
      <button type="button" class="icon" aria-label="Close" title="Close (Escape)" onClick=${onClose}>×</button>
    </header>
    <div class="panel-body">${children}</div>
  </aside>`;
}
