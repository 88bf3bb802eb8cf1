// Asks before something that cannot be done by accident: a dialog that says what follows, and answers yes or no.
import { h } from "./dom.js";
import { t } from "./words.js";

/** Resolve to whether the person agrees; Escape and Cancel are no, and the focus goes back to where it was. */
export function sure({ title, follows, yes }) {
  return new Promise((settle) => {
    const dialog = h(
      "dialog.help.sure",
      { "aria-labelledby": "sure-title" },
      h("h2", { id: "sure-title" }, title),
      h(
        "ul",
        {},
        follows.map((one) => h("li", {}, one)),
      ),
      h(
        "form.buttons",
        { method: "dialog" },
        h("button", { value: "" }, t("cancel")),
        h("button.primary", { value: "yes" }, yes),
      ),
    );
    const home = document.activeElement?.closest(".nt") ?? document.querySelector(".nt");
    dialog.addEventListener("close", () => {
      dialog.remove();
      settle(dialog.returnValue === "yes");
    });
    home.append(dialog);
    dialog.showModal();
  });
}
