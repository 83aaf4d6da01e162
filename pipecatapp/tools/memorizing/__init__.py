"""The parts of the memory's toolset."""
