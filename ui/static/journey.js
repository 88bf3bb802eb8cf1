// Which item comes next: from those held ready, from where the analyst was before, or from the server.
import { Ahead, READY } from "./ahead.js";
import { Trail } from "./trail.js";
import { t, tn } from "./words.js";

export class Journey {
  constructor(desk) {
    Object.assign(this, { desk, ahead: new Ahead(desk.ask), trail: new Trail() });
    /** Behind which item of the queue to go on; null for its top. */
    this.floor = null;
    /** The item to come back to after a look at one of its neighbours. */
    this.cameFrom = null;
    this.isFromQueue = false;
  }

  get filter() {
    return this.desk.bar.filter;
  }

  /** The items on the desk and on their way to the server. */
  get inHand() {
    return [...new Set([...this.desk.outbox.itemIds, this.desk.result?.item?.id])].filter(Boolean);
  }

  /** Go on after a decision. */
  advance() {
    const { cameFrom } = this;
    if (cameFrom) return this.open(cameFrom);
    if (this.trail.behind) return this.open(this.trail.behind);
    return this.next();
  }

  /** Go on without a decision. */
  async pass() {
    const { id } = this.desk.result?.item ?? {};
    if (this.cameFrom || this.trail.behind) return this.advance();
    if (!this.isFromQueue) this.ahead.clear();
    if (id) this.floor = id;
    await this.next();
    this.refill();
  }

  back() {
    const before = this.cameFrom ?? this.trail.before;
    if (before) return this.open(before);
    return this.desk.tell(t("status.first"));
  }

  /** Go through the queue from its top: with another filter, or with what was passed before. */
  restart() {
    this.floor = null;
    this.cameFrom = null;
    this.ahead.clear();
    return this.next();
  }

  async next() {
    this.isFromQueue = true;
    this.cameFrom = null;
    const ready = this.ahead.take(this.inHand);
    this.tellReady();
    if (ready) {
      this.desk.keepDraft();
      return this.desk.show(ready);
    }
    await this.desk.fetch(() => this.first());
    return this.refill();
  }

  /** Return what stands first in the queue, behind what was passed. */
  async first() {
    const answer = await this.desk.ask.next_items({ filter: this.filter, after: this.floor });
    this.tellLeft(answer.left);
    const [result = { ...answer, item: null }] = answer.results;
    return { result, job: answer.job };
  }

  /** Fetch the item on the desk anew, wherever on the way it stands; where it is gone, the queue goes on from its top. */
  async reload() {
    await this.desk.fetch(async () => {
      // Known only now: another item may have come while this one waited.
      const id = this.desk.result?.item?.id;
      if (!id) return this.desk;
      try {
        const answer = await this.desk.ask.open_item({ item_id: id, filter: this.filter });
        this.tellLeft(answer.left);
        return answer;
      } catch (error) {
        if (error.unreachable) throw error;
        this.floor = null;
        const answer = await this.first();
        Object.assign(this, { cameFrom: null, isFromQueue: true, trail: new Trail() });
        return answer;
      }
    });
    return this.refill();
  }

  /** Show an item, whatever the filter says; `detour` comes back to the present one afterwards. */
  async open(itemId, { detour = false } = {}) {
    const here = this.desk.result?.item?.id;
    await this.desk.fetch(async () => {
      const answer = await this.desk.ask.open_item({ item_id: itemId, filter: this.filter });
      this.tellLeft(answer.left);
      this.isFromQueue = false;
      this.cameFrom = detour && here !== itemId ? here : null;
      return answer;
    });
    if (this.ahead.results.length < READY) this.refill();
  }

  /** Have the next items fetched anew, so that they know of what was saved just now. */
  async refill() {
    const { filter, floor: after } = this;
    const answer = await this.ahead.refill({ filter, after, inHand: () => this.inHand });
    if (!answer) return;
    this.tellReady();
    this.tellLeft(answer.left);
  }

  /** Say on the desk how many items are at hand, for whoever watches or measures it. */
  tellReady() {
    this.desk.parts.root.dataset.ahead = String(this.ahead.results.length);
  }

  tellLeft(left) {
    // What is on its way to the server has left the queue already for whoever decided it.
    const onTheWay = this.filter.state === "open" ? this.desk.outbox.entries.length : 0;
    this.desk.parts.left.textContent = tn("status.left", Math.max(0, left - onTheWay));
  }
}
