/**
 * Posts a form's fields and returns {status, body}; `body` is the answer's JSON, or {} where it is none. `proof` is the
 * header by which the server knows that our own page asks: the CSRF token, or a guest's pass.
 * A redirect (to the sign-in page) has status 0. Throws TypeError where the server cannot be reached.
 */
export async function post(url, fields, proof) {
  const headers = { Accept: "application/json", ...proof };
  const answer = await fetch(url, { method: "POST", headers, body: fields, credentials: "same-origin", redirect: "manual" });
  const body = await answer.json().catch(() => ({}));
  return { status: answer.status, body };
}
