# What people and playbooks do day to day. It hands out no rights and makes no namespaces: that is the
# management token's.
namespace "*" {
  policy       = "write"
  capabilities = ["alloc-node-exec"]
  variables {
    path "*" {
      capabilities = ["write", "read", "list", "destroy"]
    }
  }
}
node {
  policy = "write"
}
agent {
  policy = "write"
}
operator {
  policy = "write"
}
plugin {
  policy = "read"
}
host_volume "*" {
  policy = "write"
}
