// Sends a file to the server and tells how much of it has arrived.
import { t } from "./words.js";

export const LARGEST = 2 * 1024 ** 3;

/** Send a file; `progress` gets bytes sent so far. Resolves to the token of the file; `signal` takes it back. */
export function upload(file, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (said) => reject(new Error(said || t("error.unreachable")));
    request.open("PUT", `upload?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (answer.upload) resolve(answer.upload);
      else fail(answer.error);
    };
    request.onerror = () => fail();
    request.onabort = () => reject(Object.assign(new Error(""), { taken_back: true }));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
