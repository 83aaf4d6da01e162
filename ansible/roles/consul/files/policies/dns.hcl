# DNS on 127.0.0.1:8600: where services are.
node_prefix "" {
  policy = "read"
}
service_prefix "" {
  policy = "read"
}
