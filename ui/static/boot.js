// Settles language and theme before Gradio reads them: ?lang= and ?theme=, else what was remembered, else the browser's own.
// Fetches the code of each view when Gradio wants it drawn.
(() => {
  const asked = new URLSearchParams(location.search);
  const settle = (name, query, allowed, fallback) => {
    const wish = asked.get(query);
    if (allowed.includes(wish)) localStorage.setItem(`news-triage.${name}`, wish);
    const kept = localStorage.getItem(`news-triage.${name}`);
    return allowed.includes(kept) ? kept : fallback;
  };

  const language = settle("language", "lang", ["en", "zh"], navigator.language.startsWith("zh") ? "zh" : "en");
  const locale = { en: "en", zh: "zh-CN" }[language];
  Object.defineProperty(navigator, "language", { get: () => locale });
  Object.defineProperty(navigator, "languages", { get: () => [locale] });
  document.documentElement.lang = locale;
  document.cookie = `news_triage_language=${language}; path=/; max-age=31536000; samesite=strict`;

  // Gradio follows the system alone, so a remembered theme has to answer in the system's place.
  const theme = settle("theme", "theme", ["light", "dark", "system"], "system");
  const ask = window.matchMedia.bind(window);
  const inDark = () => (theme === "system" ? ask("(prefers-color-scheme: dark)").matches : theme === "dark");
  window.matchMedia = (query) => {
    if (theme === "system" || !query.includes("prefers-color-scheme")) return ask(query);
    const matches = query.includes("dark") === inDark();
    return {
      matches,
      media: query,
      addEventListener() {},
      removeEventListener() {},
      addListener() {},
      removeListener() {},
    };
  };
  document.documentElement.classList.toggle("nt-dark", inDark());

  // Asked for now, so that the words are there when the first module wants them.
  const words = fetch(`ui/words/${language}.json`).then((answer) => answer.json());
  window.newsTriage = { language, theme, words, mount };

  function mount(view, given) {
    const told = (error) => {
      console.error(error);
      lost(given.element);
    };
    import(new URL(`ui/${view}.js`, document.baseURI)).then((code) => code.mount(given), told);
  }

  /** Say that a view's code did not come. Its words did not either; and a browser may ask for code only once a page. */
  function lost(element) {
    const [why, again] = {
      en: ["This page could not be loaded: the server does not answer.", "Reload"],
      zh: ["此页面无法加载：服务器没有响应。", "重新加载"],
    }[language];
    const button = Object.assign(document.createElement("button"), { textContent: again, onclick: () => location.reload() });
    const notice = Object.assign(document.createElement("p"), { className: "notice bad", role: "alert" });
    notice.append(why, " ", button);
    element.replaceChildren(notice);
  }
})();
