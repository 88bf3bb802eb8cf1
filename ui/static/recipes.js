// Which classifiers the next retraining trains, and how: one row a classifier, its recipes by name, what each is.
import { fill, h } from "./dom.js";
import { CLASSIFIERS } from "./matrix.js";
import { t } from "./words.js";

export class Recipes {
  /** `changed` is called whenever another choice stands. */
  constructor(changed) {
    this.changed = changed;
    this.rows = new Map();
    this.list = h("div.recipe-rows");
    this.whole = h("input", { type: "checkbox" });
    this.element = h(
      "details.recipes",
      { hidden: true },
      h("summary", {}, t("recipes.title")),
      h("p.faint", {}, t("recipes.hint")),
      this.list,
      h("label.anew", {}, this.whole, t("recipes.anew"), h("small.faint", {}, t("recipes.anew.hint"))),
    );
  }

  /** Offer recipes [{name, classifier, about}], each classifier's own first. */
  offer(recipes) {
    for (const name of CLASSIFIERS)
      this.rows.set(name, new Row(name, recipes.filter((one) => one.classifier === name), this.changed));
    fill(this.list, [...this.rows.values()].map((row) => row.element));
    this.element.hidden = false;
  }

  /** Whether everything is to be trained, however little has changed. */
  get anew() {
    return this.whole.checked;
  }

  /** What a retraining is asked for: `recipes` names only those that are not the profile's own. */
  chosen() {
    const rows = [...this.rows.values()].filter((row) => row.taken.checked);
    if (!this.rows.size) return { classifiers: [...CLASSIFIERS], recipes: [] };
    return {
      classifiers: rows.map((row) => row.classifier),
      recipes: rows.filter((row) => row.choice.selectedIndex > 0).map((row) => row.choice.value),
    };
  }
}

class Row {
  constructor(classifier, recipes, changed) {
    const name = t(`classifier.${classifier}`);
    const id = `recipe-${classifier}`;
    this.classifier = classifier;
    this.recipes = recipes;
    this.about = h("small.faint", { id });
    this.taken = h("input", { type: "checkbox", checked: true, onchange: () => this.show(changed) });
    this.choice = h(
      "select",
      { "aria-label": t("recipes.of", { classifier: name }), "aria-describedby": id, onchange: () => this.show(changed) },
      recipes.map((one) => h("option", { value: one.name }, one.name)),
    );
    this.element = h("div.recipe-row", { "data-classifier": classifier }, h("label", {}, this.taken, name), this.choice, this.about);
    this.show(() => {});
  }

  show(changed) {
    this.choice.disabled = !this.taken.checked;
    this.about.textContent = this.recipes[this.choice.selectedIndex]?.why ?? "";
    changed();
  }
}
