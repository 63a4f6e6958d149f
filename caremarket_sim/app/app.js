// Focus in what is drawn anew would be lost: it goes to what is drawn in its place.
let focused = null, output = null;
document.addEventListener("focusin", ({ target }) => {
  focused = target;
  output = target.closest(".shiny-html-output");
});
document.addEventListener("DOMContentLoaded", () => {
  new MutationObserver(() => {
    if (!output || focused.isConnected || document.activeElement !== document.body) return;
    const drawn = output.firstElementChild ?? output.parentElement; // an output itself has no box to hold focus
    drawn.tabIndex = -1;
    drawn.focus();
  }).observe(document.body, { childList: true, subtree: true });
});
