# Keeps a copy of the agent's memory and conversations on every node, at most a minute old: when the
# agent's node dies, the agent goes on elsewhere with the copy that is there.

variable "version" {
  type        = string
  default     = ""
  description = "The agent's version in /opt/twin: another one starts the job anew. Ansible knows it."
}

job "memory-copy" {
  type        = "system"
  datacenters = ["*"]
  priority    = 60

  meta {
    version = var.version
  }

  group "copy" {
    restart {
      attempts = 3
      interval = "3m"
      delay    = "15s"
      mode     = "delay"
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
    volume "state" {
      type   = "host"
      source = "state"
    }

    task "copy" {
      driver = "exec"
      user   = "twin"

      config {
        command  = "/opt/twin/app/.venv/bin/python"
        cap_drop = ["all"] # by default even an ordinary user gets some here
        args     = ["-m", "pipecatapp.cli", "keep", "--from", "http://127.0.0.1:8000"]
        work_dir = "/opt/twin/app"
      }

      env {
        HOME                     = "/var/lib/pipecatapp"
        PIPECATAPP_HOME          = "/var/lib/pipecatapp"
        PIPECATAPP_COPY_KEY_FILE = "${NOMAD_SECRETS_DIR}/state_copy_key"
        PYTHONUNBUFFERED         = "1"
        PYTHONDONTWRITEBYTECODE  = "1"
      }

      template {
        destination = "secrets/state_copy_key"
        data        = "{{ with nomadVar \"nomad/jobs\" }}{{ .state_copy_key }}{{ end }}\n"
        change_mode = "restart"
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
        volume      = "state"
        destination = "/var/lib/pipecatapp"
      }

      resources {
        cpu        = 50
        memory     = 128
        memory_max = 256
      }

      logs {
        max_files     = 2
        max_file_size = 1
      }
    }
  }
}
