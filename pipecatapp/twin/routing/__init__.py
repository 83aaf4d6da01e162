"""What a turn needs: an answer, a tool or an expert."""
