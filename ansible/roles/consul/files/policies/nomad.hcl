# Nomad registers the services of its jobs. No job of ours reads the key-value store through it.
agent_prefix "" {
  policy = "read"
}
node_prefix "" {
  policy = "read"
}
service_prefix "" {
  policy = "write"
}
