// Requests to the agent's API. Each throws an Error with one line for a person.

/** @import { Approval, HouseholdList, MemorySearch, ScheduleContent } from "../wire.js" */
/** @import { Snapshot, Status, Turn } from "../wire.js" */

/** The agent refused a request. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status Of HTTP.
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** @returns {Promise<Status>} */
export const getStatus = () => request("GET", "/api/status");

/** @returns {Promise<Turn[]>} The conversation, oldest first. */
export const getHistory = () => request("GET", "/api/history");

/** @returns {Promise<Approval[]>} The tool calls that wait for approval, oldest first. */
export const getApprovals = () => request("GET", "/api/approvals");

/**
 * Allows or denies a tool call.
 *
 * @param {Approval} approval As it was shown: no other call can be allowed by it.
 * @param {boolean} approve
 * @returns {Promise<void>}
 */
export const decide = ({ id, digest }, approve) =>
  request("POST", `/api/approvals/${encodeURIComponent(id)}`, { digest, approve });

/**
 * @param {string} query In anybody's words; empty for the newest facts.
 * @param {number} most
 * @returns {Promise<MemorySearch>}
 */
export const searchMemory = (query, most) =>
  request("GET", `/api/memory?${new URLSearchParams({ query, most: String(most) })}`);

/**
 * @param {number[]} ids Of facts.
 * @returns {Promise<{forgotten: number}>}
 */
export const forgetFacts = (ids) => request("POST", "/api/memory/forget", { ids });

/** @returns {Promise<Snapshot[]>} The newest first. */
export const getSnapshots = () => request("GET", "/api/state");

/**
 * @param {string} name
 * @returns {Promise<{saved: string}>}
 */
export const saveSnapshot = (name) => request("POST", "/api/state", { name });

/**
 * @param {string} name
 * @returns {Promise<{kept: string}>} The snapshot that now holds what was replaced.
 */
export const loadSnapshot = (name) => request("POST", `${snapshotPath(name)}/load`);

/**
 * @param {string} name
 * @returns {Promise<void>}
 */
export const deleteSnapshot = (name) => request("DELETE", snapshotPath(name));

/** @returns {Promise<ScheduleContent>} */
export const getSchedule = () => request("GET", "/api/schedule");

/**
 * Ends what rings, or cancels what is not due yet.
 *
 * @param {number} id Of a timer, an alarm or a reminder.
 * @returns {Promise<void>}
 */
export const endScheduled = (id) => request("DELETE", `/api/schedule/${id}`);

/** @returns {Promise<HouseholdList[]>} In the order in which they were made. */
export const getLists = () => request("GET", "/api/lists");

/**
 * @param {string} name
 * @returns {Promise<void>}
 */
export const createList = (name) => request("POST", "/api/lists", { name });

/**
 * @param {number} id
 * @returns {Promise<void>}
 */
export const deleteList = (id) => request("DELETE", `/api/lists/${id}`);

/**
 * @param {string} list Its name; it is made where there is none.
 * @param {string} text
 * @returns {Promise<{added: boolean}>} False where it was on the list already.
 */
export const addListItem = (list, text) => request("POST", "/api/lists/items", { list, text });

/**
 * @param {number} id
 * @returns {Promise<void>}
 */
export const strikeOffListItem = (id) => request("DELETE", `/api/lists/items/${id}`);

/** @returns {Promise<{undone: boolean}>} Whether there was a change of one's own to undo. */
export const undoListChange = () => request("POST", "/api/lists/undo");

/** Ends the session. Whatever the agent answers, there is nothing left to do here. */
export async function logOut() {
  await fetch("/api/logout", { method: "POST" });
}

/** @returns {Promise<boolean>} */
export async function isLoggedIn() {
  const { logged_in: loggedIn } = await request("GET", "/login/session");
  return loggedIn;
}

/** @param {string} name */
const snapshotPath = (name) => `/api/state/${encodeURIComponent(name)}`;

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body] Sent as JSON.
 * @returns {Promise<any>} The answer's JSON; null where it has none.
 * @throws {ApiError} The agent refused.
 * @throws {Error} It does not answer.
 */
async function request(method, path, body) {
  const response = await send(method, path, body);
  if (!response.ok) throw new ApiError(await refusal(response), response.status);
  return response.status === 204 ? null : await response.json();
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function send(method, path, body) {
  /** @type {RequestInit} */
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

/** @param {Response} response */
async function refusal(response) {
  try {
    const { detail, error } = await response.json();
    return String(detail ?? error);
  } catch {
    return `The agent refused (HTTP ${response.status}).`;
  }
}
