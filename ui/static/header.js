// The header: the app's name, who is signed in, language and theme, and a word where the session has ended.
import { fill, h } from "./dom.js";
import { asking } from "./server.js";
import { startTour, welcome } from "./tour.js";
import { language, t } from "./words.js";

const LANGUAGES = { en: "English", zh: "中文" };
const THEMES = ["system", "light", "dark"];

export async function mount({ element, server }) {
  const draw = (person) => fill(element, brand(), settings(person), ended);
  const ended = h("p.notice.warn.ended", { role: "alert", hidden: true });
  window.addEventListener("news-triage:signed-out", () => {
    fill(ended, t("error.signed_out"), " ", h("a", { href: "sign-in" }, t("sign_in.again")));
    ended.hidden = false;
  });
  draw("");
  const { person, experienced } = await asking(server)
    .who()
    .catch(() => ({ person: "", experienced: true }));
  if (person) draw(person);
  welcome({ experienced });
}

const brand = () =>
  h(
    "h1.brand",
    {},
    h("img", { src: new URL("./icon.svg", import.meta.url).href, alt: "" }),
    h("span", {}, "News Triage"),
  );

const settings = (person) =>
  h(
    "span.settings",
    {},
    h("button.quiet", { type: "button", title: t("tour.hint"), onclick: startTour }, t("tour.start")),
    choice("theme", THEMES, window.newsTriage.theme, (theme) => t(`theme.${theme}`)),
    choice("language", Object.keys(LANGUAGES), language, (name) => LANGUAGES[name]),
    person && h("b.person", { title: t("signed_in", { person }) }, person),
    person && signOut(),
  );

function choice(name, values, chosen, say) {
  const options = values.map((value) => h("option", { value }, say(value)));
  const select = h("select", { "aria-label": t(`setting.${name}`), title: t(`setting.${name}`) }, options);
  select.value = chosen;
  // Gradio reads both only once, so the page is loaded again; drafts are kept.
  select.onchange = () => {
    localStorage.setItem(`news-triage.${name}`, select.value);
    reload(name);
  };
  return select;
}

function reload(name) {
  const url = new URL(location.href);
  url.searchParams.delete(name === "language" ? "lang" : name);
  history.replaceState(null, "", url);
  location.reload();
}

const signOut = () => h("form", { method: "post", action: "sign-out" }, h("button.link", {}, t("sign_out")));
