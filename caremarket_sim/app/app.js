// Focus in what is drawn anew would be lost: it goes to what is drawn in its place. And what is drawn above it would push
// it out of view: it is brought back, unless a person had scrolled away from it.
let focused = null, output = null, inView = false;

function isInView(one) {
  const { top, bottom } = one.getBoundingClientRect();
  return bottom > document.querySelector(".status").getBoundingClientRect().bottom && top + 10 < innerHeight;
}

document.addEventListener("focusin", ({ target }) => {
  focused = target;
  output = target.closest(".shiny-html-output");
  inView = true; // the browser brings it there
});
document.addEventListener("scroll", () => { inView = Boolean(focused) && isInView(focused); });
document.addEventListener("DOMContentLoaded", () => {
  new MutationObserver(() => {
    if (!output || focused.isConnected || document.activeElement !== document.body) return;
    const drawn = output.firstElementChild ?? output.parentElement; // an output itself has no box to hold focus
    drawn.tabIndex = -1;
    drawn.focus();
  }).observe(document.body, { childList: true, subtree: true });
  new ResizeObserver(() => {
    if (inView && focused === document.activeElement && !isInView(focused)) focused.scrollIntoView({ block: "nearest" });
  }).observe(document.querySelector(".panel"));
});
