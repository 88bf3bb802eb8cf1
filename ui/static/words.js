// The words of the chosen language, fetched once before any module draws.
export const language = window.newsTriage.language;
const table = await window.newsTriage.words;

/** Return the text of a key, with {name}s filled in. A missing key shows itself, so that somebody notices. */
export function t(key, values = {}) {
  return (table[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Return the text of a key whose `one` form differs, such as "1 item". */
export function tn(key, n, values = {}) {
  return t(n === 1 && `${key}.one` in table ? `${key}.one` : key, { n: number(n), ...values });
}

/** Name who labelled; the labels of the shipped sample are nobody's. */
export const whose = (person) => (person === "sample" ? t("person.sample") : person);

const locale = language === "zh" ? "zh-CN" : "en-GB";

export const number = (value) => new Intl.NumberFormat(locale).format(value);
export const percent = (share) => `${Math.round(share * 100)} %`;
export const score = (value) => (value == null ? "–" : value.toFixed(2));
export const f1 = (value) => (value == null ? t("unknown") : value.toFixed(3));

export function date(iso) {
  return iso
    ? new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric" }).format(new Date(iso))
    : "";
}

export function moment(iso) {
  if (!iso) return "";
  const options = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(locale, options).format(new Date(iso));
}

/** Say a time span the way people do: 40 s, 3 min. */
export function span(seconds) {
  if (seconds == null) return "";
  if (seconds < 90) return t("span.seconds", { n: Math.round(seconds) });
  if (seconds < 5400) return t("span.minutes", { n: Math.round(seconds / 60) });
  return t("span.hours", { n: (seconds / 3600).toFixed(1) });
}
