# An expert: llama-server with one model, which the agent finds through Consul because its service
# starts with "prima-api-". As it is, it runs the default expert: nomad job run prima-expert.nomad
# deploy_expert.yaml fills in the variables for others.

variable "job_name" {
  type        = string
  default     = "llamacpp-rpc"
  description = "The job's name."
}

variable "service_name" {
  type        = string
  default     = "prima-api-main"
  description = "Its name in Consul; it starts with prima-api-."
}

variable "namespace" {
  type        = string
  default     = "default"
  description = "Nomad's namespace. It must exist, and have the variable nomad/jobs with llama_api_key."
}

variable "worker_count" {
  type        = number
  default     = 1
  description = "How many of it run, each on a node of its own while there are enough."
}

variable "model" {
  type        = string
  default     = "qwen2.5-coder-1.5b-instruct"
  description = "The model's name in group_vars/models.yaml."
}

variable "memory_mb" {
  type        = number
  default     = 1700
  description = "MiB that it takes, its context included: memory_mb of the catalogue."
}

variable "cpu_mhz" {
  type        = number
  default     = 1000
  description = "Its share where a node is busy; an idle node gives it all."
}

variable "context" {
  type        = number
  default     = 4096
  description = "Tokens of context of each slot."
}

variable "slots" {
  type        = number
  default     = 4
  description = "Prompts that it keeps: of two conversations, the experts, and the memory; 5: the API's too."
}

job "expert" {
  id          = var.job_name
  name        = var.job_name
  namespace   = var.namespace
  type        = "service"
  datacenters = ["*"]

  update {
    max_parallel      = 1
    health_check      = "checks"
    min_healthy_time  = "5s"
    healthy_deadline  = "10m" # a slow disk, and a model that is read for the first time
    progress_deadline = "15m"
    auto_revert       = true
  }

  group "llama" {
    count = var.worker_count

    # A node that died is replaced at once. Failures are tried again quickly, and for ever: at home,
    # a node comes back when somebody switches it on.
    restart {
      attempts = 3
      interval = "3m"
      delay    = "5s"
      mode     = "fail"
    }
    reschedule {
      delay          = "5s"
      delay_function = "exponential"
      max_delay      = "1m"
      unlimited      = true
    }

    spread {
      attribute = "${node.unique.id}"
    }

    network {
      port "http" {}
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

    service {
      name     = var.service_name
      provider = "consul"
      port     = "http"
      tags     = ["expert"]

      meta {
        model     = var.model
        ctx       = var.context
        slots     = var.slots
        job       = var.job_name
        namespace = var.namespace
        group     = "llama"
      }

      # It answers 503 while it loads the model, and needs no key.
      check {
        type     = "http"
        path     = "/health"
        interval = "5s"
        timeout  = "4s"

        # Alive, and not answering for three minutes.
        check_restart {
          limit = 36
          grace = "10m"
        }
      }
    }

    # Consul withdraws it before it ends, so that nobody is sent to it any more.
    shutdown_delay = "3s"

    task "llama-server" {
      driver       = "exec"
      user         = "twin"
      kill_timeout = "15s"

      config {
        command  = "/llama/bin/llama-server"
        cap_drop = ["all"] # by default even an ordinary user gets some here
        # The same options as those of pipecatapp/runtime/llama_server.py. Threads: one for each
        # physical core, which is its own default.
        args = [
          "--model", "/models/${var.model}/served.gguf",
          "--alias", var.model,
          "--host", "${NOMAD_IP_http}",
          "--port", "${NOMAD_PORT_http}",
          "--api-key-file", "${NOMAD_SECRETS_DIR}/llama_api_key",
          "--ctx-size", var.context * var.slots,
          "--parallel", var.slots,
          "--flash-attn", "auto",
          "--cache-ram", "256",
          "--cache-reuse", "64",
          "--fit", "off",
          "--log-colors", "off",
          "--metrics",
          "--slots",
          "--no-webui",
          "--offline",
          "--jinja",
        ]
      }

      template {
        destination = "secrets/llama_api_key"
        data        = "{{ with nomadVar \"nomad/jobs\" }}{{ .llama_api_key }}{{ end }}\n"
        change_mode = "restart"
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

      resources {
        cpu        = var.cpu_mhz
        memory     = var.memory_mb
        memory_max = floor(var.memory_mb * 1.5)
      }

      logs {
        max_files     = 2
        max_file_size = 5
      }
    }
  }
}
