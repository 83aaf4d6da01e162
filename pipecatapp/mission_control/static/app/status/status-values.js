// The values of the status in words.

/**
 * Whether there is something to show.
 *
 * @param {unknown} value
 */
export const isPresent = (value) => value !== null && value !== "";

/** @param {string} key Such as `web_browser`. */
export const spaced = (key) => key.replaceAll("_", " ");

/** @param {string} text */
export const capitalize = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * @param {unknown} value Of JSON.
 * @returns {string}
 */
export function plain(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(Math.round(value * 100) / 100);
  if (value === null) return "";
  return typeof value === "object" ? Object.values(value).map(plain).join(" ") : String(value);
}

/** @param {number} seconds */
export function duration(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min` : `${Math.floor(seconds)} s`;
}
