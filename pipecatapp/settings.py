"""Every setting of the agent, and the only place that reads the environment."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent


def default_home() -> Path:
    """Return the state directory used when PIPECATAPP_HOME is not set."""
    return Path.home() / ".local" / "share" / "pipecatapp"


class Settings(BaseSettings):
    """All settings, from the environment or from `settings.env` in the state directory.

    Names without a prefix are those that users already have in their job files.
    """

    # pydantic-settings also reads a field by its own name: without a prefix it would take HOME,
    # LANGUAGE and PORT, which mean something else in an environment.
    model_config = SettingsConfigDict(
        extra="ignore", populate_by_name=True, env_prefix="PIPECATAPP_"
    )

    mode: Literal["embedded", "cluster"] = Field("embedded", alias="PIPECATAPP_MODE")
    """Whether the agent runs its language model itself or finds it in a cluster."""
    home: Path = Field(default_factory=default_home, alias="PIPECATAPP_HOME")
    models_home: Path | None = Field(None, alias="PIPECATAPP_MODELS")
    """The directory of models; by default in the state directory."""
    llama_home: Path | None = Field(None, alias="PIPECATAPP_LLAMA_CPP")
    """The directory of llama.cpp's builds; by default in the state directory."""
    catalogue: Path = Field(REPOSITORY / "group_vars" / "models.yaml", alias="PIPECATAPP_CATALOGUE")
    prompts: Path = Field(
        REPOSITORY / "ansible" / "roles" / "pipecatapp" / "files" / "prompts",
        alias="PIPECATAPP_PROMPTS",
    )

    host: str = Field("127.0.0.1", alias="PIPECATAPP_HOST")
    port: int = Field(8000, alias="PIPECATAPP_PORT", ge=0, le=65535)
    lan: bool = Field(False, alias="PIPECATAPP_LAN")
    api_keys: str = Field("", alias="PIPECAT_API_KEYS")
    """Comma-separated SHA-256 sums, in hexadecimal, of keys that may use the API."""

    public_url: str | None = Field(None, alias="PIPECATAPP_PUBLIC_URL")
    """The address of the page, such as http://node1:8000; login links begin with it."""
    public_hosts: str = Field("", alias="PIPECATAPP_PUBLIC_HOSTS")
    """Comma-separated names of a cluster's nodes; private addresses are allowed anyway."""

    page_ca_file: Path | None = Field(None, alias="PIPECATAPP_PAGE_CA_FILE")
    """In a cluster: the certificate of the authority that devices have to trust."""
    copy_key_file: Path | None = Field(None, alias="PIPECATAPP_COPY_KEY_FILE")
    """The key with which other nodes of the cluster may fetch copies of the state."""

    llm_model: str | None = Field(None, alias="LLM_MODEL")
    llm_context: int = Field(4096, alias="LLM_CONTEXT", ge=1024, description="tokens per slot")
    llm_slots: int = Field(2, alias="LLM_SLOTS", ge=1, le=16)
    llm_port: int = Field(0, alias="LLM_PORT", ge=0, le=65535, description="0: any free port")

    llm_key_file: Path | None = Field(None, alias="LLAMA_API_KEY_FILE")
    """In a cluster: the API key of its llama-servers."""

    consul_address: str = Field("127.0.0.1:8500", alias="CONSUL_HTTP_ADDR")
    consul_token_file: Path | None = Field(None, alias="CONSUL_HTTP_TOKEN_FILE")
    nomad_address: str | None = Field(None, alias="NOMAD_ADDR")
    nomad_token_file: Path | None = Field(None, alias="NOMAD_TOKEN_FILE")
    nomad_ca: Path | None = Field(None, alias="NOMAD_CACERT")
    nomad_certificate: Path | None = Field(None, alias="NOMAD_CLIENT_CERT")
    nomad_key: Path | None = Field(None, alias="NOMAD_CLIENT_KEY")

    language: str = Field("en", alias="SPEECH_LANGUAGE", pattern="^[a-z]{2}$")
    stt_service: Literal["faster-whisper", "realtimestt"] = Field(
        "faster-whisper", alias="STT_SERVICE"
    )
    stt_model: str | None = Field(None, alias="STT_MODEL")
    hot_words: str = Field("", alias="HOT_WORDS")
    """Comma-separated names that the house uses and speech recognition should know."""
    tts_service: Literal["piper", "piper-http"] = Field("piper", alias="TTS_SERVICE")
    tts_model: str | None = Field(None, alias="TTS_MODEL")
    piper_http_url: str = Field("http://127.0.0.1:5000", alias="PIPER_HTTP_URL")
    turn_strategy: Literal["speech-timeout", "smart-turn"] = Field(
        "speech-timeout", alias="TURN_STRATEGY"
    )
    audio_device: Literal["none", "local"] = Field("none", alias="AUDIO_DEVICE")

    external_experts: Path | None = Field(None, alias="EXTERNAL_EXPERTS_CONFIG")
    """A YAML file of experts that others run behind OpenAI's API; it names the files that hold
    their keys."""
    decision: Literal["head+model", "model"] = Field("head+model", alias="DECISION")
    approval_mode: Literal["sensitive", "all", "none"] = Field("sensitive", alias="APPROVAL_MODE")

    playbooks: Path = Field(REPOSITORY, alias="PIPECATAPP_PLAYBOOKS")
    """The directory of the playbooks that `ansible.run_playbook` may run."""
    helper_socket: Path | None = Field(None, alias="PIPECATAPP_HELPER_SOCKET")
    """The socket of `pipecatapp helper`, which runs code, SSH and playbooks for the agent."""
    ssh_user: str | None = Field(None, alias="SSH_USER")
    ssh_key_file: Path | None = Field(None, alias="SSH_KEY_FILE")
    ssh_password_file: Path | None = Field(None, alias="SSH_PASSWORD_FILE")
    ssh_known_hosts: Path = Field(
        default_factory=lambda: Path.home() / ".ssh" / "known_hosts", alias="SSH_KNOWN_HOSTS"
    )
    code_runner_image: str = Field("twin-code-runner", alias="CODE_RUNNER_IMAGE")
    web_browser: Path = Field(Path("/usr/bin/chromium"), alias="WEB_BROWSER")
    web_browser_allow: str = Field("", alias="WEB_BROWSER_ALLOW")
    """Comma-separated private addresses, networks or names that the browser may open."""
    camera: str = Field("0", alias="CAMERA")
    """A number or path of a video device, an image or video file, or a URL."""
    vision_model: str | None = Field(None, alias="VISION_MODEL")

    embedder: Literal["minilm", "sentence-transformers"] = Field("minilm", alias="EMBEDDER")
    """The sentence embedder; after a change, the next start embeds the memory again."""
    use_summarizer: bool = Field(False, alias="USE_SUMMARIZER")
    """Whether turns that leave short-term memory are replaced by a summary."""

    benchmark_mode: bool = Field(False, alias="BENCHMARK_MODE")
    log_level: str = Field("INFO", validation_alias=AliasChoices("LOG_LEVEL", "PIPECATAPP_LOG"))

    @property
    def models_dir(self) -> Path:
        """Where the catalogue's models are kept, one directory each."""
        return self.models_home or self.home / "models"

    @property
    def llama_dir(self) -> Path:
        """Where llama.cpp's builds are kept, one directory each."""
        return self.llama_home or self.home / "llama.cpp"

    @property
    def state_dir(self) -> Path:
        """Where measured choices are stored."""
        return self.home / "state"

    @property
    def log_dir(self) -> Path:
        """Where the logs of child processes go."""
        return self.home / "logs"


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the settings once; the environment overrides `settings.env` of the state directory.

    Raises:
        pydantic.ValidationError: A value is not allowed.
    """
    home = Settings().home
    return Settings(_env_file=home / "settings.env")
