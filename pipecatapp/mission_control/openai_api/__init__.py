"""The API under `/v1`, as OpenAI words it, for programs that know no other."""
