// The quiet line: how much was done today, how fast, and how often each classifier had said just that.
import { fill, h, settled } from "./dom.js";
import { number, percent, t } from "./words.js";

/** Draw the line, empty at first; `renew` asks the server once the analyst pauses for a moment. */
export function paceLine(ask) {
  const element = h("p.pace", { role: "group", "aria-label": t("pace.title") });
  const look = async () => {
    const answer = await ask.pace({ since: midnight() }).catch(() => null);
    if (answer) fill(element, told(answer.pace));
  };
  look();
  return { element, renew: settled(look, 400) };
}

function midnight() {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  return day.toISOString();
}

function told({ count, per_hour: perHour, accepted }) {
  if (!count) return [];
  const shares = Object.entries(accepted);
  return [
    h("span", {}, t("pace.today", { n: number(count) })),
    perHour != null && h("span", {}, t("pace.per_hour", { n: number(Math.round(perHour)) })),
    shares.length > 0 &&
      h(
        "span",
        { title: t("pace.accepted_hint") },
        t("pace.accepted"),
        " ",
        shares.map(([name, share]) => `${t(`classifier.${name}`)} ${percent(share)}`).join(t("list.comma")),
      ),
  ];
}
