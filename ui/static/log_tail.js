// The end of a job's log, which grows at its end while somebody reads: their place in it stays.
import { h } from "./dom.js";
import { t } from "./words.js";

const KNOWN_AGAIN = 300,
  AT_END = 24;

export class LogTail {
  constructor() {
    this.text = document.createTextNode("");
    this.pre = h("pre", { tabindex: 0, "aria-label": t("job.log") }, this.text);
    this.element = h("details.log", { hidden: true }, h("summary", {}, t("job.log")), this.pre);
    this.element.addEventListener("toggle", () => this.toEnd());
  }

  /** Take up the newest end of the log. The server sends a window of it, of which the beginning may have moved on. */
  show(tail) {
    this.element.hidden = !tail;
    const followed = this.pre.scrollHeight - this.pre.scrollTop - this.pre.clientHeight < AT_END;
    const more = continuation(this.text.data, tail);
    if (more === null) this.text.data = tail;
    else if (more) this.text.appendData(more);
    if (more !== "" && followed) this.toEnd();
  }

  toEnd() {
    this.pre.scrollTop = this.pre.scrollHeight;
  }
}

/** Return what `tail` says beyond `kept`, or null where the two do not meet. */
export function continuation(kept, tail) {
  if (tail.startsWith(kept)) return tail.slice(kept.length);
  const end = kept.slice(-KNOWN_AGAIN);
  const met = tail.lastIndexOf(end);
  return met < 0 ? null : tail.slice(met + end.length);
}
