# heal_cluster.yaml and status.yaml on a node: they submit our own jobs, give them what they read, and
# see how all is doing. Nothing else of the cluster is theirs to change.
namespace "default" {
  capabilities = ["list-jobs", "parse-job", "read-job", "submit-job", "read-logs"]
  variables {
    path "nomad/jobs*" {
      capabilities = ["write", "read", "list"]
    }
  }
}
namespace "*" {
  capabilities = ["list-jobs", "read-job"]
}
node {
  policy = "read"
}
# To submit a job takes the right to what it mounts.
host_volume "*" {
  policy = "read"
}
host_volume "state" {
  policy = "write"
}
host_volume "fetched-models" {
  policy = "write"
}
host_volume "prefixes" {
  policy = "write"
}
host_volume "rpc-cache" {
  policy = "write"
}
