"""What the agent runs on: this CPU, llama.cpp, models, and the processes that serve them."""
