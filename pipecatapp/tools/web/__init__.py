"""The parts of the web browser's toolset."""
