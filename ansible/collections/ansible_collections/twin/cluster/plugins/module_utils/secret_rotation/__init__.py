"""New secrets of the cluster: made, accepted, handed out, and the old ones refused."""
