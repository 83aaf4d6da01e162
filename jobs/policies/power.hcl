# The power agent puts jobs to sleep and wakes them: it scales, and can neither stop nor submit.
namespace "*" {
  policy       = "scale"
  capabilities = ["list-jobs", "read-job"]
}
