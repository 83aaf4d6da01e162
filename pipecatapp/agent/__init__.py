"""The running agent, put together: its sessions, tools, memory and speech models."""
