# What people and playbooks do day to day. It hands out no rights: that is the management token's.
agent_prefix "" {
  policy = "write"
}
node_prefix "" {
  policy = "write"
}
service_prefix "" {
  policy = "write"
}
key_prefix "" {
  policy = "write"
}
session_prefix "" {
  policy = "write"
}
keyring = "write"
operator = "write"
