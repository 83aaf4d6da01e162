"""The language that people speak: its words, rules and phrases, and what is computed with them."""
