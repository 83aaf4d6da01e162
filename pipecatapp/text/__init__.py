"""What depends on the language that people speak: word lists, rules and phrases."""
