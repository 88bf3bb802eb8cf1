// Notices what happens elsewhere: a first item after an empty queue, a job that goes on, a version where there was none.
const SECONDS = 4;
const LOADING_SECONDS = 1;

/** Look at the server now and then on behalf of a desk that somebody sees and that waits for something. */
export function watchFor(desk) {
  setInterval(() => look(desk).catch(() => null), SECONDS * 1000);
  setInterval(() => fillIn(desk).catch(() => null), LOADING_SECONDS * 1000);
}

/** Whether what was asked waits for a model that is being loaded: of a pasted text, or of an item by "ask again". */
function isAsked(desk) {
  const loading = desk.result?.loading ?? [];
  return desk.parts.root.dataset.state === "pasted" ? loading.length > 0 : loading.includes("prompt");
}

/** Whether the item will be told more of before long. */
const isAwaited = (desk) => Boolean(desk.job) || desk.result.loading.includes("neighbours");

/** Whether somebody has said nothing of the item, as far as this page knows. */
const isSilent = (desk) => Object.values(desk.result.classifiers).includes(null);

const isSeen = (desk) => !document.hidden && desk.element.offsetParent && !desk.busy;

async function look(desk) {
  if (!isSeen(desk)) return;
  const { state } = desk.parts.root.dataset;
  if (state === "rest" && desk.journey.floor == null) await wake(desk);
  if (state === "item" && !isAsked(desk) && (isAwaited(desk) || isSilent(desk))) await follow(desk);
}

async function fillIn(desk) {
  if (isSeen(desk) && isAsked(desk)) await desk.repeat();
}

async function wake(desk) {
  const { journey } = desk;
  const { left } = await desk.ask.count({ filter: desk.bar.filter });
  // What is left may all be in colleagues' hands.
  if (left) await journey.refill();
  const hasItems = journey.ahead.results.length > 0;
  if (hasItems) await desk.renew();
  // The same words are not said anew: whoever stands on a button below them would lose the place.
  if (hasItems || left !== desk.result?.left) await journey.next();
}

async function follow(desk) {
  const { result } = desk;
  const { job, speakers } = await desk.ask.progress({ item_id: result.item.id });
  // Whoever went on meanwhile looks at another item.
  if (result !== desk.result) return;
  const isTold = speakers.some((name) => !result.classifiers[name]);
  if (job && !isTold) {
    desk.job = job;
    desk.drawMatrix();
  } else if (isTold || isAwaited(desk)) {
    desk.keepDraft();
    await desk.renew();
    // Who went on meanwhile is not called back: the next look comes soon.
    if (!desk.busy) await desk.journey.reload();
  }
}
