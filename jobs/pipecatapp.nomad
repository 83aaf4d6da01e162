# The agent. Edit `env` below, then: ansible-playbook heal_cluster.yaml

variable "memory_mb" {
  type        = number
  default     = 1200
  description = "MiB that it takes: speech recognition, speech synthesis, memory and Python."
}

variable "cpu_mhz" {
  type        = number
  default     = 1000
  description = "Its share where a node is busy; an idle node gives it all."
}

variable "version" {
  type        = string
  default     = ""
  description = "The agent's version in /opt/twin: another one starts the job anew. Ansible knows it."
}

job "pipecat-app" {
  type        = "service"
  datacenters = ["*"]
  priority    = 60 # before experts, where there is room for one of them

  meta {
    version = var.version
  }

  update {
    max_parallel      = 1
    health_check      = "checks"
    min_healthy_time  = "5s"
    healthy_deadline  = "10m" # a slow disk, and models that are read for the first time
    progress_deadline = "15m"
    auto_revert       = true
  }

  group "app" {
    count = 1

    # A node that died or is cut off is replaced at once, and failures are tried again quickly, and for
    # ever. An agent that is cut off goes on until its node is back, when Nomad ends it if there is
    # another; its epoch is the older one, so that what the other learned holds. Having Nomad's client
    # stop it instead (stop_on_client_after) ended the twin for good where all nodes were cut off, as
    # by a switch without power: it counts as complete then, and nothing starts it anew.
    restart {
      attempts = 3
      interval = "3m"
      delay    = "3s"
      mode     = "fail"
    }
    reschedule {
      delay          = "5s"
      delay_function = "exponential"
      max_delay      = "1m"
      unlimited      = true
    }
    network {
      port "http" {}
    }

    volume "usr" {
      type      = "host"
      source    = "usr"
      read_only = true
    }
    volume "app" {
      type      = "host"
      source    = "app"
      read_only = true
    }
    volume "models" {
      type      = "host"
      source    = "models"
      read_only = true
    }
    volume "state" {
      type   = "host"
      source = "state"
    }
    volume "helper" {
      type      = "host"
      source    = "helper"
      read_only = true
    }

    service {
      name     = "pipecat-app"
      provider = "consul"
      port     = "http"

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

    task "agent" {
      driver       = "exec"
      user         = "twin"
      kill_timeout = "20s"

      config {
        command  = "/opt/twin/app/.venv/bin/python"
        cap_drop = ["all"] # by default even an ordinary user gets some here
        args     = ["-m", "pipecatapp.cli", "run"]
        # Where the checkout is: playbooks and the model catalogue are found beside the code.
        work_dir = "/opt/twin/app"
      }

      env {
        # Yours to change.
        STT_SERVICE     = "faster-whisper"
        TTS_SERVICE     = "piper"
        SPEECH_LANGUAGE = "en"
        AUDIO_DEVICE    = "none" # "local" works without a cluster only: a job sees no sound device
        BENCHMARK_MODE  = "false"
        USE_SUMMARIZER  = "false"
        APPROVAL_MODE   = "sensitive"
        LOG_LEVEL       = "INFO"

        # What the cluster is like.
        HOME                     = "/var/lib/pipecatapp"
        PIPECATAPP_MODE          = "cluster"
        PIPECATAPP_HOME          = "/var/lib/pipecatapp"
        PIPECATAPP_MODELS        = "/models"
        PIPECATAPP_HOST          = "${NOMAD_IP_http}"
        PIPECATAPP_PORT          = "${NOMAD_PORT_http}"
        PIPECATAPP_HELPER_SOCKET = "/run/twin-helper/helper.sock"
        PIPECATAPP_PAGE_CA_FILE  = "${NOMAD_TASK_DIR}/page_ca.pem"
        PIPECATAPP_COPY_KEY_FILE = "${NOMAD_SECRETS_DIR}/state_copy_key"
        CONSUL_HTTP_ADDR         = "127.0.0.1:8500"
        CONSUL_HTTP_TOKEN_FILE   = "${NOMAD_SECRETS_DIR}/consul_token"
        NOMAD_ADDR               = "unix://${NOMAD_SECRETS_DIR}/api.sock"
        NOMAD_TOKEN_FILE         = "${NOMAD_SECRETS_DIR}/nomad_token"
        LLAMA_API_KEY_FILE       = "${NOMAD_SECRETS_DIR}/llama_api_key"
        PYTHONUNBUFFERED         = "1"
        PYTHONDONTWRITEBYTECODE  = "1"
      }

      # The names of the nodes, by which people may call the page, beside addresses.
      template {
        destination = "local/names.env"
        env         = true
        data        = "PIPECATAPP_PUBLIC_HOSTS={{ with nomadVar \"nomad/jobs/pipecat-app\" }}{{ .node_names }}{{ end }}\n"
        change_mode = "restart"
      }
      # What the page hands out to phones. Only a rotation replaces it, and waits for a new start of
      # every task that reads what it replaced.
      template {
        destination = "local/page_ca.pem"
        data        = "{{ with nomadVar \"nomad/jobs/pipecat-app\" }}{{ .page_ca }}{{ end }}\n"
        change_mode = "restart"
      }
      template {
        destination = "secrets/llama_api_key"
        data        = "{{ with nomadVar \"nomad/jobs\" }}{{ .llama_api_key }}{{ end }}\n"
        change_mode = "restart"
      }
      template {
        destination = "secrets/state_copy_key"
        data        = "{{ with nomadVar \"nomad/jobs\" }}{{ .state_copy_key }}{{ end }}\n"
        change_mode = "restart"
      }
      template {
        destination = "secrets/consul_token"
        data        = "{{ with nomadVar \"nomad/jobs/pipecat-app\" }}{{ .consul_token }}{{ end }}\n"
        change_mode = "restart"
      }
      template {
        destination = "secrets/nomad_token"
        data        = "{{ with nomadVar \"nomad/jobs/pipecat-app\" }}{{ .nomad_token }}{{ end }}\n"
        change_mode = "restart"
      }

      volume_mount {
        volume      = "usr"
        destination = "/usr"
      }
      # The same place as on the node, which the virtual environment remembers.
      volume_mount {
        volume      = "app"
        destination = "/opt/twin/app"
      }
      volume_mount {
        volume      = "models"
        destination = "/models"
      }
      volume_mount {
        volume      = "state"
        destination = "/var/lib/pipecatapp"
      }
      volume_mount {
        volume      = "helper"
        destination = "/run/twin-helper"
      }

      resources {
        cpu        = var.cpu_mhz
        memory     = var.memory_mb
        memory_max = floor(var.memory_mb * 2)
      }

      logs {
        max_files     = 3
        max_file_size = 10
      }
    }
  }
}
