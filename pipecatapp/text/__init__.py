"""The words, rules and phrases of the language that people speak, and functions that use them."""
