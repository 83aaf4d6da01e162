# A node's own token, beside its node identity (write its own entry, read services).
agent_prefix "" {
  policy = "read"
}
service_prefix "" {
  policy = "read"
}
