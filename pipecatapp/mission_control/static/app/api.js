// Requests to the agent's API; whatever goes wrong is an Error of one line.

export async function ask(method, path, body) {
  const answer = await reach(method, path, body);
  if (!answer.ok) throw Object.assign(new Error(await reason(answer)), { status: answer.status });
  return answer.status === 204 ? null : await answer.json();
}

async function reach(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("The agent does not answer. Try again.");
  }
}

async function reason(answer) {
  try {
    const { detail, error } = await answer.json();
    return String(detail ?? error);
  } catch {
    return `The agent refused (HTTP ${answer.status}).`;
  }
}
