"""llama.cpp: built for this CPU, measured, and run as a server."""
