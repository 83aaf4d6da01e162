"""Jobs of Nomad: submitted, watched, and told of in words."""
