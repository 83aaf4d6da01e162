"""OpenAI's chat completions API under `/v1`, for programs that use its clients."""
