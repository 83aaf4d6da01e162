"""One package a language, named by its ISO 639-1 code.

Each holds a `LANGUAGE` of plain data, as `pipecatapp.text.language.Language` describes it. To add a
language, write such a package; `en` is the example.
"""
