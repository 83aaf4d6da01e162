// Hands a message to the function for its type.

/**
 * @template Messages The type of each message's data, by the message's type.
 * @typedef {{ [Type in keyof Messages]?: (data: Messages[Type]) => void }} Handlers
 */

/**
 * @template Messages
 * @template {keyof Messages} Type
 * @param {Handlers<Messages>} handlers Messages without one are ignored.
 * @param {Type} type
 * @param {Messages[Type]} data
 */
export function dispatch(handlers, type, data) {
  handlers[type]?.(data);
}
