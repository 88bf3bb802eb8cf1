// Tells when somebody comes back to a part of the page: to its tab, or to the window.
const STALE_MS = 10_000;

/** Call `act` whenever `element` is seen again, unless it was called, or first drawn, a moment ago. */
export function whenSeenAgain(element, act) {
  let at = performance.now();
  const look = () => {
    if (document.hidden || !element.offsetParent || performance.now() - at < STALE_MS) return;
    at = performance.now();
    act();
  };
  new IntersectionObserver(([entry]) => entry.isIntersecting && look()).observe(element);
  document.addEventListener("visibilitychange", look);
}
