// The header: the app's name, who is signed in, language and theme.
import { fill, h } from "./dom.js";
import { asking } from "./server.js";
import { language, t } from "./words.js";

const LANGUAGES = { en: "English", zh: "中文" };
const THEMES = ["system", "light", "dark"];

export async function mount({ element, server }) {
  const draw = (person) =>
    fill(
      element,
      h("h1.brand", {}, h("img", { src: new URL("./icon.svg", import.meta.url).href, alt: "" }), "News Triage"),
      h(
        "span.settings",
        {},
        person && h("b", {}, person),
        person && signOut(),
        choice("theme", THEMES, window.newsTriage.theme, (theme) => t(`theme.${theme}`)),
        choice("language", Object.keys(LANGUAGES), language, (name) => LANGUAGES[name]),
      ),
    );
  draw("");
  const { person } = await asking(server)
    .who()
    .catch(() => ({ person: "" }));
  if (person) draw(person);
}

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
