// Notices what happens elsewhere: a first item after an empty queue, a job that goes on, a version where there was none.
const SECONDS = 4;

/** Look at the server now and then on behalf of a desk that somebody sees and that waits for something. */
export function watchFor(desk) {
  setInterval(() => look(desk).catch(() => null), SECONDS * 1000);
}

async function look(desk) {
  if (document.hidden || !desk.element.offsetParent || desk.busy) return;
  const { state } = desk.parts.root.dataset;
  if (state === "rest" && desk.journey.floor == null) await wake(desk);
  if (state === "item" && (desk.job || desk.result.unavailable?.neighbours)) await follow(desk);
}

async function wake(desk) {
  const { left } = await desk.ask.count({ filter: desk.bar.filter });
  if (!left) return;
  await desk.renew();
  await desk.journey.next();
}

async function follow(desk) {
  const { job } = await desk.ask.progress();
  if (job) {
    desk.job = job;
    desk.drawMatrix();
  } else {
    desk.keepDraft();
    await desk.renew();
    await desk.journey.open(desk.result.item.id);
  }
}
