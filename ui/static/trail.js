// The items that were looked at, in their order, and where in it the analyst stands. Knows no DOM.
export class Trail {
  constructor() {
    Object.assign(this, { ids: [], at: -1 });
  }

  get before() {
    return this.ids[this.at - 1] ?? null;
  }

  get behind() {
    return this.ids[this.at + 1] ?? null;
  }

  /** Note where the analyst is: a step back, a step forward, or a new end. */
  visit(id) {
    if (id === this.ids[this.at]) return;
    if (id === this.before) this.at -= 1;
    else if (id === this.behind) this.at += 1;
    else {
      this.ids.splice(this.at + 1);
      this.at = this.ids.push(id) - 1;
    }
  }
}
