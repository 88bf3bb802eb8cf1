// Downloads, and what there is in numbers.
import { fill, h } from "./dom.js";
import { whenSeenAgain } from "./seen.js";
import { asking } from "./server.js";
import { number, t } from "./words.js";

const FILES = ["annotations.jsonl", "annotations.csv", "training.jsonl", "training.csv"];

export async function mount({ element, server }) {
  const links = FILES.map((name) =>
    h("li", {}, h("a", { href: `download/${name}`, download: "" }, t(`export.${name}`))),
  );
  const stock = h("dl.stock");
  fill(
    element,
    h("h2", {}, t("export.title")),
    h("ul.files", {}, links),
    h("p.hint", {}, t("export.hint")),
    h("h2", {}, t("stock.title")),
    stock,
  );
  const show = async () => {
    const answer = await asking(server)
      .stock()
      .catch(() => null);
    if (answer) fill(stock, numbers(answer.stock));
  };
  await show();
  window.addEventListener("news-triage:data", show);
  whenSeenAgain(element, show);
}

/** Say a nested count as pairs of words and numbers. */
function numbers(stock) {
  const items = stock.items ?? {};
  const pairs = [
    ["stock.items", items.total],
    ["stock.open", items.states?.open],
    ["stock.labelled", items.states?.labelled],
    ["stock.gold", items.splits?.gold],
    ["stock.sample", items.sample],
    ["stock.labels", stock.labels?.total ?? stock.labels],
  ];
  return pairs
    .filter(([, count]) => typeof count === "number")
    .flatMap(([name, count]) => [h("dt", {}, t(name)), h("dd", {}, number(count))]);
}
