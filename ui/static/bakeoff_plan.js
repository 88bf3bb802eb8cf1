// What the next bake-off compares: recipes by classifier, amounts of data, how many seeds; and in words what that takes.
import { fill, h, settled } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { forLeads } from "./role.js";
import { span, t, tn } from "./words.js";

const AMOUNTS = ["all", "50%", "25%", "10%", "16/label", "mmr:25%"];
const MOST_SEEDS = 5;

export class PlanForm {
  /** `start` is called when somebody wants a bake-off of what is chosen, which is then `wish`. */
  constructor(ask, start) {
    Object.assign(this, { ask, offered: false, turn: 0 });
    this.tell = settled(() => this.plan());
    this.button = h(
      "button.primary.big.for-leads",
      { type: "button", id: "bakeoff-button", "aria-describedby": "bakeoff-plan", disabled: true, onclick: start },
      t("bakeoff.button"),
    );
    this.facts = h("p", { id: "bakeoff-plan", "aria-live": "polite" });
    this.groups = h("div.recipe-groups");
    this.amounts = AMOUNTS.map((amount, place) => this.box(amount, amountName(amount), place === 0));
    this.others = h("input", { type: "text", size: 16, "aria-label": t("bakeoff.other_amounts"), placeholder: "500, 5/label", oninput: this.tell });
    this.seeds = h(
      "select",
      { "aria-label": t("bakeoff.seeds"), onchange: this.tell },
      Array.from({ length: MOST_SEEDS }, (_, place) => h("option", { value: place + 1 }, tn("bakeoff.seed_count", place + 1))),
    );
    this.element = h(
      "section.bakeoff-form",
      {},
      forLeads(),
      h("div.plan-card", {}, this.button, h("div", {}, this.facts, h("small", {}, t("bakeoff.hint")))),
      this.groups,
      h("fieldset.amounts", {}, h("legend", {}, t("bakeoff.amounts")), this.amounts.map((one) => one.element), this.others),
      h("label.seeds", {}, t("bakeoff.seeds"), " ", this.seeds),
    );
  }

  /** Offer every recipe that has a name, the first of each classifier ticked. */
  async offer() {
    const { recipes } = await this.ask.recipes();
    this.recipes = CLASSIFIERS.map((classifier) => {
      const own = recipes.filter((one) => one.classifier === classifier);
      const boxes = own.map((one, place) => this.box(one.name, one.name, place === 0, one.why));
      return { classifier, boxes, count: h("small.faint") };
    });
    fill(this.groups, this.recipes.map(group));
    this.offered = true;
    await this.plan();
  }

  box(value, name, checked, why = "") {
    const input = h("input", { type: "checkbox", value, checked, onchange: () => this.tell() });
    return { input, element: h("label.pick", {}, input, h("span", {}, h("b", {}, name), why && h("small.faint", {}, ` ${why}`))) };
  }

  get wish() {
    const ticked = (boxes) => boxes.filter((one) => one.input.checked).map((one) => one.input.value);
    const others = this.others.value.split(/[,，;\s]+/).filter(Boolean);
    return {
      recipes: this.recipes.flatMap((one) => ticked(one.boxes)),
      amounts: [...new Set([...ticked(this.amounts), ...others])],
      seeds: Number(this.seeds.value),
    };
  }

  async plan() {
    if (!this.offered) return;
    this.recipes.forEach((one) => {
      const n = one.boxes.filter((box) => box.input.checked).length;
      one.count.textContent = t("bakeoff.chosen", { n, of: one.boxes.length });
    });
    // Only the answer to the last question counts.
    const turn = (this.turn += 1);
    try {
      const { plan } = await this.ask.plan(this.wish);
      if (turn !== this.turn) return;
      const values = { recipes: tn("bakeoff.recipe_count", plan.recipes), span: span(plan.expected_seconds) };
      this.facts.textContent = tn("bakeoff.plan", plan.runs, values);
      this.possible = true;
    } catch (error) {
      if (turn !== this.turn) return;
      this.facts.textContent = error.message;
      this.possible = false;
    }
    this.busy(this.running);
  }

  /** One bake-off at a time. */
  busy(running) {
    this.running = running;
    this.button.disabled = running || !this.possible;
    this.button.textContent = running ? t("bakeoff.running") : t("bakeoff.button");
  }
}

function group({ classifier, boxes, count }) {
  return h(
    "details.recipe-group",
    { "data-classifier": classifier },
    h("summary", {}, h("b", {}, t(`classifier.${classifier}`)), " ", count),
    h("fieldset", {}, h("legend.unseen", {}, t("recipes.of", { classifier: t(`classifier.${classifier}`) })), boxes.map((one) => one.element)),
  );
}

/** Say an amount as people do; what they write themselves stays as it is. */
export function amountName(amount) {
  const [ranked, plain] = amount.startsWith("mmr:") ? [true, amount.slice(4)] : [false, amount];
  const name = plain === "all" ? t("bakeoff.all") : plain.endsWith("/label") ? t("bakeoff.a_label", { n: plain.slice(0, -6) }) : plain;
  return ranked ? t("bakeoff.mmr", { amount: name }) : name;
}
