"""The conversational agent: voice in, TwinService, voice out."""
