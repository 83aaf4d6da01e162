# The agent tells how the cluster is doing: it reads, and changes nothing.
namespace "*" {
  policy = "read"
}
node {
  policy = "read"
}
