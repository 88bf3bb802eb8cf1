// What a person's role covers: what is `.for-leads` is hidden from others, who read why. The server decides, not the page.
import { h } from "./dom.js";
import { t } from "./words.js";

/** Say that changes here are for leads; only who is none sees it. */
export const forLeads = () => h("p.notice.not-for-you", {}, t("role.for_leads"));
