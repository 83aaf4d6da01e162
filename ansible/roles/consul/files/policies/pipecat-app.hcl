# The agent finds experts, mirrors personas, and reads and sets the times after which they sleep.
node_prefix "" {
  policy = "read"
}
service_prefix "" {
  policy = "read"
}
key_prefix "pipecatapp/" {
  policy = "read"
}
key_prefix "power/" {
  policy = "read"
}
key_prefix "power/thresholds/" {
  policy = "write"
}
