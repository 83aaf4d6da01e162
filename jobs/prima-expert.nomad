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

variable "instances" {
  type        = number
  default     = 1
  description = "How many of it run, each on a node of its own while there are enough."
}

variable "worker_count" {
  type        = number
  default     = 0
  description = "Nodes that share a model that is larger than one; 0: one node has all of it."
}

variable "worker_memory_mb" {
  type        = number
  default     = 1000
  description = "MiB that each of these takes: its share of the model and of the context."
}

variable "model" {
  type        = string
  default     = "qwen2.5-coder-1.5b-instruct"
  description = "The model's name in group_vars/models.yaml."
}

variable "catalogue" {
  type        = string
  default     = ""
  description = "A catalogue with just that model, in JSON: it is fetched where no playbook brought it."
}

variable "start_minutes" {
  type        = number
  default     = 10
  description = "Until an instance that does not answer counts as failed: a slow disk, a first read."
}

variable "fetch_minutes" {
  type        = number
  default     = 60
  description = "More of them where the model is fetched first."
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

locals {
  ready_minutes = var.start_minutes + (var.catalogue == "" ? 0 : var.fetch_minutes)
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
    healthy_deadline  = "${local.ready_minutes}m"
    progress_deadline = "${local.ready_minutes + 5}m"
    auto_revert       = true
  }

  group "llama" {
    count = var.instances

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
    volume "fetched" {
      type   = "host"
      source = "fetched-models"
    }
    volume "prefixes" {
      type   = "host"
      source = "prefixes"
    }
    volume "app" {
      type      = "host"
      source    = "app"
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

    # A model that no playbook brought is fetched first, and verified.
    dynamic "task" {
      for_each = var.catalogue == "" ? [] : [1]
      labels   = ["fetch-model"]
      content {
        driver = "exec"
        user   = "twin"

        lifecycle {
          hook = "prestart"
        }

        config {
          command  = "/opt/twin/app/.venv/bin/python"
          cap_drop = ["all"]
          args = [
            "-m", "pipecatapp.cli", "models", "bring", var.model,
            "--from", "/models",
            "--link", "${NOMAD_ALLOC_DIR}/data/model.gguf",
          ]
          work_dir = "/opt/twin/app"
        }

        env {
          HOME                    = "/fetched"
          PIPECATAPP_HOME         = "/fetched"
          PIPECATAPP_MODELS       = "/fetched/models"
          PIPECATAPP_LLAMA_CPP    = "/llama"
          PIPECATAPP_CATALOGUE    = "${NOMAD_TASK_DIR}/models.yaml"
          PYTHONDONTWRITEBYTECODE = "1"
        }

        template {
          destination = "local/models.yaml"
          data        = var.catalogue
        }

        volume_mount {
          volume      = "usr"
          destination = "/usr"
        }
        volume_mount {
          volume      = "app"
          destination = "/opt/twin/app"
        }
        volume_mount {
          volume      = "llama"
          destination = "/llama"
        }
        volume_mount {
          volume      = "models"
          destination = "/models"
        }
        volume_mount {
          volume      = "fetched"
          destination = "/fetched"
        }

        resources {
          cpu        = 200
          memory     = 300
          memory_max = 1000
        }
      }
    }

    task "llama-server" {
      driver       = "exec"
      user         = "twin"
      kill_timeout = "15s"

      config {
        command  = "/llama/bin/llama-server"
        cap_drop = ["all"] # by default even an ordinary user gets some here
        # The same options as those of pipecatapp/runtime/llama_cpp/server.py. Threads: one for each
        # physical core, which is its own default.
        args = concat([
          "--model", var.catalogue == "" ? "/models/${var.model}/served.gguf" : "${NOMAD_ALLOC_DIR}/data/model.gguf",
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
          "--slot-save-path", "/prefixes",
          "--log-colors", "off",
          "--metrics",
          "--slots",
          "--no-webui",
          "--offline",
          "--jinja",
          ],
          var.worker_count > 0 ? ["--rpc", "$${RPC_SERVERS}", "--n-gpu-layers", "999"] : []
        )
      }

      # It starts anew with the workers that are there; while one is missing it ends at once.
      dynamic "template" {
        for_each = var.worker_count > 0 ? [1] : []
        content {
          destination = "local/rpc.env"
          env         = true
          change_mode = "restart"
          data        = <<-EOT
            {{- $workers := nomadService "rpc-${var.job_name}" }}
            RPC_SERVERS={{ if lt (len $workers) ${var.worker_count} }}missing:1{{ else }}
            {{- range $i, $worker := $workers }}{{ if $i }},{{ end }}{{ $worker.Address }}:{{ $worker.Port }}{{ end }}
            {{- end }}
          EOT
        }
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
      volume_mount {
        volume      = "fetched"
        destination = "/fetched"
      }
      volume_mount {
        volume      = "prefixes"
        destination = "/prefixes"
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

  # Nodes that lend their memory to a model that is larger than one. Nomad tells the expert where they
  # are: a worker is no service for anybody else, and the firewall admits nodes alone.
  group "workers" {
    count = var.worker_count

    constraint {
      operator = "distinct_hosts"
      value    = "true"
    }

    # Longer than Nomad waits before it writes a change into the expert's template: a worker that was
    # away for less would not be missed, and the expert would find out with the next question.
    restart {
      attempts = 10
      interval = "3m"
      delay    = "8s"
      mode     = "delay"
    }
    reschedule {
      delay          = "5s"
      delay_function = "exponential"
      max_delay      = "1m"
      unlimited      = true
    }

    network {
      port "rpc" {}
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
    volume "rpc-cache" {
      type   = "host"
      source = "rpc-cache"
    }

    task "rpc-server" {
      driver = "exec"
      user   = "twin"

      # The task's, so that it goes with the process: what the expert has lent it is lost then. No
      # check: it serves one client at a time, and would take a check for one.
      service {
        name     = "rpc-${var.job_name}"
        provider = "nomad"
        port     = "rpc"
      }

      config {
        command  = "/llama/bin/ggml-rpc-server"
        cap_drop = ["all"] # by default even an ordinary user gets some here
        # -c: tensors stay on the disk, so that they cross the network once.
        args = ["--host", "${NOMAD_IP_rpc}", "--port", "${NOMAD_PORT_rpc}", "-c"]
      }

      env {
        LLAMA_CACHE = "/rpc-cache"
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
        volume      = "rpc-cache"
        destination = "/rpc-cache"
      }

      resources {
        cpu        = var.cpu_mhz
        memory     = var.worker_memory_mb
        memory_max = floor(var.worker_memory_mb * 1.5)
      }

      logs {
        max_files     = 2
        max_file_size = 5
      }
    }
  }
}
