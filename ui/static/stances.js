// What a filter asks of a classifier beside the others or people: the cell of a map, in fields and in words.
import { t } from "./words.js";

export const NO_STANCE = { classifier: "", stance: "", rival: "", rival_label: "" };
/** All fields of a filter that no control shows. */
export const NOT_SHOWN = { ...NO_STANCE, ids: "" };

/** Say in words what the chosen cell of a filter stands for, "" where none is chosen. */
export function stanceWords({ classifier, stance, label, rival, rival_label: rivalLabel }) {
  if (!stance) return "";
  const missing = t(stance === "instead" ? "stance.nothing" : "stance.any_label");
  return t(`stance.${stance}`, {
    classifier: t(`classifier.${classifier}`),
    label: label ? t("stance.label", { label }) : missing,
    rival: rival && t(`classifier.${rival}`),
    rival_label: rivalLabel ? t("stance.label", { label: rivalLabel }) : missing,
  });
}
