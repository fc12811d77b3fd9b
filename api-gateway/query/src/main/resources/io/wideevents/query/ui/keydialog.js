import { html, useEffect, useRef, useState } from './ui.js';

/** Asks for an API key. It is kept in the session of this tab and sent with each request. */
export function KeyDialog({ problem, onKey, onCancel }) {
  const dialog = useRef(null);
  const [text, setText] = useState('');
  useEffect(() => dialog.current.showModal(), []);
  const submit = (e) => {
    e.preventDefault();
    if (text.trim()) onKey(text.trim());
  };
  return html`<dialog ref=${dialog} class="key-dialog" aria-labelledby="key-title" onClose=${onCancel}>
    <form onSubmit=${submit}>
      <h2 id="key-title">API key</h2>
      <p>${problem.status === 403 ? 'This key may not read events.' : 'This gateway needs an API key.'} Enter a key with the scope <code>query</code>.</p>
      <label>Key <input type="password" class="mono" autocomplete="off" autofocus value=${text} onInput=${(e) => setText(e.target.value)} /></label>
      <p class="note">The key is kept until this tab is closed.</p>
      <p class="actions"><button class="primary" type="submit" disabled=${!text.trim()}>Use this key</button><button type="button" onClick=${() => dialog.current.close()}>Cancel</button></p>
    </form>
  </dialog>`;
}
