// Asks the server. Every failure becomes an Error with one sentence, a silent server too.
import { t } from "./words.js";

/** Wrap the functions of a view so that they return their fields or throw. `conflict` is set where somebody came first. */
export function asking(server) {
  return new Proxy(
    {},
    {
      get:
        (_, name) =>
        async (fields = {}) => {
          // A dead server resolves to undefined instead of rejecting, and so does one that refuses or fails.
          const answer = await server[`ask_${name}`](fields).catch(() => undefined);
          if (answer === undefined) throw await silence();
          if (!answer.ok) throw Object.assign(new Error(answer.message), { conflict: answer.conflict });
          return answer;
        },
    },
  );
}

/** Find out why the server said nothing: it is down, the session has ended, or it failed. */
async function silence() {
  const status = await fetch(new URL("../session", import.meta.url)).then(
    (answer) => answer.status,
    () => 0,
  );
  if (status === 401) {
    window.dispatchEvent(new CustomEvent("news-triage:signed-out"));
    return new Error(t("error.signed_out"));
  }
  // What stands before a server answers for it while it is away.
  const away = status === 0 || (status >= 502 && status <= 504);
  return away ? Object.assign(new Error(t("error.unreachable")), { unreachable: true }) : new Error(t("error.failed"));
}
