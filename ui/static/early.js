// Asks for the first item while Gradio still starts, so that the answers are there when the triage tab is. Draws nothing.
import { remembered } from "./filterbar.js";
import { askedItem } from "./go.js";
import { NOT_SHOWN } from "./stances.js";

const ADDRESS = new URL("../gradio_api/component_server/", import.meta.url);
const view = window.gradio_config?.components.find(({ props }) => props.elem_id === "view-triage");
const answers = new Map();
const keyOf = (name, fields) => JSON.stringify([name, fields]);

/** Ask what the triage tab is going to ask, the way that Gradio would. */
function ask(name, fields) {
  const body = JSON.stringify({ component_id: view.id, fn_name: name, session_hash: "early", data: fields });
  const sent = fetch(ADDRESS, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const answer = sent.then((response) => response.json()).catch(() => undefined);
  answers.set(keyOf(name, fields), answer);
}

if (view) {
  const filter = remembered("triage", NOT_SHOWN);
  ask("ask_setup", {});
  if (askedItem()) ask("ask_open_item", { item_id: askedItem(), filter });
  else ask("ask_next_items", { filter, after: null });
}

/** Wrap the functions of a view: the first time, what was asked early is answered by that; where it failed, by asking again. */
export const answeredEarly = (server) =>
  new Proxy(
    {},
    {
      get: (_, name) => async (fields) => {
        const key = keyOf(name, fields);
        const early = answers.get(key);
        answers.delete(key);
        const answer = await early;
        return answer?.ok ? answer : server[name](fields);
      },
    },
  );
