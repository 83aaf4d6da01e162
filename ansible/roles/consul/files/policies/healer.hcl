# heal_cluster.yaml and status.yaml on a node: they publish personas, and see who is there.
agent_prefix "" {
  policy = "read"
}
node_prefix "" {
  policy = "read"
}
service_prefix "" {
  policy = "read"
}
key_prefix "pipecatapp/" {
  policy = "write"
}
