// Runs before the first paint, so that a page in the dark theme does not flash white.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('wideevents.theme');
  } catch {
    // Storage may be forbidden. The theme of the system is used then.
  }
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
