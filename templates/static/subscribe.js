// Wakes the buttons that copy the feed's address. Without this script the
// address can still be selected by hand.
(() => {
  'use strict';
  for (const button of document.querySelectorAll('button[data-copy]')) {
    const field = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    field.addEventListener('focus', () => field.select());
    if (!navigator.clipboard) continue; // not a secure context
    button.hidden = false;
    button.setAttribute('aria-live', 'polite');
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        field.focus(); // selected, so that the listener can copy it
        return;
      }
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
})();
