# Measures the default model on some node, and ends: nomad job run benchmark.nomad
# nomad alloc logs -job llama-benchmark shows tokens per second.

variable "model" {
  type        = string
  default     = "qwen2.5-coder-1.5b-instruct"
  description = "The model's name in group_vars/models.yaml."
}

variable "memory_mb" {
  type        = number
  default     = 1700
  description = "MiB that it takes: memory_mb of the catalogue."
}

variable "prompt_tokens" {
  type        = number
  default     = 128
  description = "Tokens of the prompt that is read (pp)."
}

variable "generated_tokens" {
  type        = number
  default     = 32
  description = "Tokens that are generated (tg)."
}

variable "repetitions" {
  type        = number
  default     = 2
  description = "How often; the mean and its deviation are shown."
}

job "llama-benchmark" {
  type        = "batch"
  datacenters = ["*"]

  # Nomad does not run a batch job again that has not changed.
  meta {
    run = uuidv4()
  }

  group "llama" {
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }

    volume "usr" {
      type      = "host"
      source    = "usr"
      read_only = true
    }
    volume "llama" {
      type      = "host"
      source    = "llama"
      read_only = true
    }
    volume "models" {
      type      = "host"
      source    = "models"
      read_only = true
    }

    task "llama-bench" {
      driver = "exec"
      user   = "twin"

      config {
        command  = "/llama/bin/llama-bench"
        cap_drop = ["all"] # by default even an ordinary user gets some here
        args = [
          "--model", "/models/${var.model}/served.gguf",
          "--n-prompt", var.prompt_tokens,
          "--n-gen", var.generated_tokens,
          "--repetitions", var.repetitions,
          "--output", "md",
        ]
      }

      volume_mount {
        volume      = "usr"
        destination = "/usr"
      }
      volume_mount {
        volume      = "llama"
        destination = "/llama"
      }
      volume_mount {
        volume      = "models"
        destination = "/models"
      }

      # Next to the expert and the agent there is to be room for it: the model is read by mmap, and
      # its pages are shared with the expert's.
      resources {
        cpu        = 500
        memory     = 500
        memory_max = var.memory_mb
      }
    }
  }
}
