// Holds the next items ready, so that going on needs no answer of the server. Knows no DOM.
export const READY = 3;

export class Ahead {
  constructor(ask) {
    Object.assign(this, { ask, results: [], asked: 0 });
  }

  /** Return the next item that is not in hand already: an answer may have come before another one was shown. */
  take(inHand) {
    while (this.results.length) {
      const result = this.results.shift();
      if (!inHand.includes(result.item.id)) return result;
    }
    return null;
  }

  putBack(results) {
    this.results.unshift(...results);
  }

  clear() {
    this.results = [];
    this.asked += 1;
  }

  /** Ask for the items behind `after`; `inHand` tells which are none of them, also when the answer has come. */
  async refill({ filter, after, inHand }) {
    this.asked += 1;
    const turn = this.asked;
    const answer = await this.ask.next_items({ filter, after, limit: READY, without: inHand() }).catch(() => null);
    // Of several answers under way only the newest counts; without an answer, what is ready stays good.
    if (!answer || turn !== this.asked) return null;
    this.results = answer.results.filter((result) => !inHand().includes(result.item.id));
    return answer;
  }
}
