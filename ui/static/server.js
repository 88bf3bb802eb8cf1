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
          // A dead server resolves to undefined instead of rejecting.
          const answer = await server[`ask_${name}`](fields).catch(() => undefined);
          if (answer === undefined) throw Object.assign(new Error(t("error.unreachable")), { unreachable: true });
          if (!answer.ok) throw Object.assign(new Error(answer.message), { conflict: answer.conflict });
          return answer;
        },
    },
  );
}
