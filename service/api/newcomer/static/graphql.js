// GraphQL over HTTP. Three things can go wrong, and a reader needs to know which: the key, the way there, the question.

const MEDIA = "application/graphql-response+json, application/json;q=0.9";

/** The key or token is wrong, has ended or was revoked: nothing but signing in again helps. */
export class NotSignedIn extends Error {}

/** There was no answer, or none for now: the same question may be asked again after `seconds`. */
export class NoAnswer extends Error {
  constructor(message, seconds = 5) {
    super(message);
    this.seconds = seconds;
  }
}

/**
 * Ask once. The answer is `{data, refused}`: `refused` maps root fields to the messages of their errors,
 * so that what one may not see takes nothing else along.
 */
export async function ask(key, query, variables = {}) {
  const answer = await sent(key, JSON.stringify({ query, variables }));
  if (answer.status === 401) throw new NotSignedIn("This key or token is not valid, or not any more.");
  if (answer.status === 429 || answer.status >= 500) {
    const seconds = Number(answer.headers.get("retry-after")) || 5;
    throw new NoAnswer(answer.status === 429 ? "Too many requests for now." : "The service cannot answer now.", seconds);
  }
  const body = await answer.json().catch(() => ({})); // a proxy before the service may answer anything
  if (!body.data) throw new Error(body.errors?.[0]?.message ?? body.detail ?? `The service answered ${answer.status}.`);
  const refused = {};
  for (const error of body.errors ?? []) refused[error.path?.[0]] = error.message;
  return { data: body.data, refused };
}

async function sent(key, body) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", accept: MEDIA };
  try {
    return await fetch("/graphql", { method: "POST", headers, body, credentials: "omit", cache: "no-store" });
  } catch {
    throw new NoAnswer("The service cannot be reached.");
  }
}
