// What the analyst has ticked for one item: label → suggested (by most classifiers), confirmed or rejected. Knows no DOM and no server.
import { majority } from "./matrix.js";

const TICKED = ["suggested", "confirmed"];

export class Picks extends Map {
  /** Return an item's first picks: its labels so far, else what most classifiers propose. */
  static of(result) {
    if (result.truth) return new Picks(result.truth.labels.map((name) => [name, "confirmed"]));
    return new Picks(majority(result).map((name) => [name, "suggested"]));
  }

  ticked(name) {
    return TICKED.includes(this.get(name));
  }

  get chosen() {
    return [...this.keys()].filter((name) => this.ticked(name));
  }

  toggle(name) {
    this.set(name, this.ticked(name) ? "rejected" : "confirmed");
  }

  /** Tick these where nothing was decided by hand, and nothing else. */
  agree(names) {
    for (const [name, pick] of this) if (pick === "suggested" && !names.includes(name)) this.delete(name);
    for (const name of names) if (!this.has(name)) this.set(name, "suggested");
  }

  /** Leave out what is no label any more: it could not be saved. */
  keepKnown(labels) {
    for (const name of [...this.keys()]) if (!labels.has(name)) this.delete(name);
  }

  /** Tick exactly these. */
  use(names) {
    for (const name of this.keys()) this.set(name, "rejected");
    for (const name of names) this.set(name, "confirmed");
  }
}
