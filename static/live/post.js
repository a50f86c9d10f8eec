/**
 * Posts a form's fields and returns {status, body}; `body` is the answer's JSON, or {} where it is none. `proof` is the
 * header by which the server knows that our own page asks: the CSRF token, or a guest's pass.
 * A redirect (to the sign-in page) has status 0. Throws TypeError where the server cannot be reached, TimeoutError where
 * it takes longer than `signal` allows.
 */
export async function post(url, fields, proof, signal) {
  const headers = { Accept: "application/json", ...proof };
  // A form without any field would go as a multipart body without any part, which servers refuse.
  const body = [...fields].length ? fields : new URLSearchParams();
  const answer = await fetch(url, { method: "POST", headers, body, credentials: "same-origin", redirect: "manual", signal });
  return { status: answer.status, body: await answer.json().catch(() => ({})) };
}
