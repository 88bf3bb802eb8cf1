// Sends decisions in the order in which they were made, while the page has gone on; what cannot be saved comes back.
const PAUSES = [300, 1000, 2500];

export class Outbox {
  /**
   * `confirmed` gets an entry with the server's answer; `failed` the first that failed, those behind it, and the error;
   * `changed` whether anything is under way.
   */
  constructor({ confirmed, failed, changed }) {
    Object.assign(this, { confirmed, failed, changed, entries: [], running: null });
  }

  get itemIds() {
    return this.entries.map((entry) => entry.itemId);
  }

  /** Send an entry, {itemId, send, …}, after those before it. Its token makes a repeated send one save. */
  add(entry) {
    this.entries.push(entry);
    this.changed(true);
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
  }

  /** Wait until nothing is under way; false when something came back meanwhile. */
  async drained() {
    let isWell = true;
    while (this.running) isWell = (await this.running) && isWell;
    return isWell;
  }

  async run() {
    let isWell = true;
    while (this.entries.length) {
      try {
        const answer = await persistently(this.entries[0].send);
        this.confirmed(this.entries.shift(), answer);
      } catch (error) {
        const [first, ...rest] = this.entries.splice(0);
        isWell = false;
        this.failed(first, rest, error);
      }
    }
    this.changed(false);
    return isWell;
  }
}

/** A server that restarts is away for a moment; what it refuses, it refuses at once. */
async function persistently(send) {
  for (const pause of PAUSES) {
    try {
      return await send();
    } catch (error) {
      if (!error.unreachable) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return send();
}
