"""One module a command of `pipecatapp`."""
