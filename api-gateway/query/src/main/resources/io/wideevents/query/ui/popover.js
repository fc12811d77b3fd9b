import { html, useEffect, useId, useRef, useState } from './ui.js';

/** A button that opens a small panel below it. Escape and a click elsewhere close the panel. */
export function Popover({ label, title, className = '', children }) {
  const [open, setOpen] = useState(false);
  const root = useRef(null);
  const button = useRef(null);
  const id = useId();

  useEffect(() => {
    if (!open) return undefined;
    const outside = (e) => root.current.contains(e.target) || setOpen(false);
    document.addEventListener('pointerdown', outside);
    root.current.querySelector('.popover-panel button, .popover-panel input')?.focus();
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  function close() {
    setOpen(false);
    button.current.focus();
  }

  function onKeyDown(e) {
    if (e.key !== 'Escape' || !open) return;
    e.stopPropagation();
    close();
  }

  return html`<div class=${`popover ${className}`} ref=${root} onKeyDown=${onKeyDown}>
    <button ref=${button} type="button" aria-expanded=${open} aria-controls=${id} title=${title} onClick=${() => setOpen(!open)}>
      <span class="label">${label}</span><span aria-hidden="true" class="caret">▾</span>
    </button>
    <div id=${id} class="popover-panel" role="group" aria-label=${title} hidden=${!open}>${open && children(close)}</div>
  </div>`;
}
