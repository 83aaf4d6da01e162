"""Reads the catalogue of models, group_vars/models.yaml, and checks it."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, Self, TypeAlias

import yaml
from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from pipecatapp.errors import UserError

Kind = Literal["llm", "stt", "tts", "embedding", "vision", "smoke"]
KINDS: tuple[Kind, ...] = ("llm", "stt", "tts", "embedding", "vision", "smoke")

# A name begins with a letter or digit, so that it is no option and not "." or "..".
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Requirement = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._{}-]*==[A-Za-z0-9.+]+$")
]

_FILE_KEYS = ("filename", "sha256", "size", "sources")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class UrlSource(_Strict):
    """A file at an HTTP address."""

    url: Annotated[AnyHttpUrl, Field(strict=False)]

    def __str__(self) -> str:
        return str(self.url)


class PathSource(_Strict):
    """A file on this machine, such as a mounted share."""

    path: Annotated[Path, Field(strict=False)]

    def __str__(self) -> str:
        return str(self.path)


class PackageSource(_Strict):
    """A member of a wheel, or of several wheels whose members are joined in order."""

    package: Requirement
    member: str
    parts: int = Field(1, ge=1, le=99)

    def resolved(self) -> list[tuple[str, str]]:
        """Return each part's requirement and member, in order."""
        return [
            (_numbered(self.package, number), _numbered(self.member, number))
            for number in range(1, self.parts + 1)
        ]

    def __str__(self) -> str:
        return f"package {self.package}"


Source: TypeAlias = (
    Annotated[UrlSource, Tag("url")]
    | Annotated[PathSource, Tag("path")]
    | Annotated[PackageSource, Tag("package")]
)


def _source_kind(data: Any) -> str | None:
    """Return the key that tells the kind of a source, so that errors are about that kind only."""
    present = data if isinstance(data, dict) else vars(data) if isinstance(data, _Strict) else ()
    return next((kind for kind in ("url", "path", "package") if kind in present), None)


def _numbered(template: str, number: int) -> str:
    return template.replace("{nn}", f"{number:02}").replace("{n}", str(number))


class ModelFile(_Strict):
    """One file of a model; `size` in bytes."""

    filename: str
    sha256: Sha256 | None = None
    size: int | None = Field(None, ge=0)
    sources: list[Annotated[Source, Discriminator(_source_kind)]] = Field(min_length=1)

    @field_validator("filename")
    @classmethod
    def _stays_inside(cls, value: str) -> str:
        parts = PurePosixPath(value).parts
        if not parts or not all(_NAME.fullmatch(part) for part in parts):
            raise ValueError("a relative path of letters, digits and . _ - is expected")
        return value

    @property
    def is_projector(self) -> bool:
        """Whether it brings images into a vision model, by llama.cpp's naming convention."""
        return "mmproj" in PurePosixPath(self.filename).name


class CatalogueModel(_Strict):
    """One model of the catalogue; `memory_mb` in MiB while it runs."""

    name: Name
    kind: Kind
    memory_mb: int = Field(ge=1)
    languages: list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]] = []
    files: list[ModelFile] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _flat_entry(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "files" in data:
            return data
        entry = {key: value for key, value in data.items() if key not in _FILE_KEYS}
        return entry | {"files": [{key: data[key] for key in _FILE_KEYS if key in data}]}

    @model_validator(mode="after")
    def _vision_model_has_its_projector(self) -> Self:
        ggufs = [file for file in self.files if file.filename.endswith(".gguf")]
        if self.kind == "vision" and [file.is_projector for file in ggufs].count(True) != 1:
            raise ValueError("a vision model needs one .gguf file with mmproj in its name")
        if self.kind == "vision" and len(ggufs) != 2:
            raise ValueError("a vision model needs one .gguf file of text beside its mmproj file")
        return self

    def directory(self, models_dir: Path) -> Path:
        """Return the directory of the model's files, which may not exist yet."""
        return models_dir / self.name

    @property
    def size(self) -> int:
        """The sum of the known sizes of its files, in bytes."""
        return sum(file.size or 0 for file in self.files)

    def speaks(self, language: str) -> bool:
        """Return whether the model is for a language, given as two letters."""
        return not self.languages or language in self.languages


class Catalogue:
    """All models, in the order of the file.

    Args:
        lists: The models of each list, by the name of the list.
    """

    def __init__(self, lists: dict[str, list[CatalogueModel]]) -> None:
        self.lists = lists

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read and check a catalogue.

        Raises:
            UserError: The file cannot be read, or an entry is invalid; the message says which.
        """
        try:
            content = yaml.safe_load(path.read_text())
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())
            raise UserError(f"Cannot read the model catalogue {path}: {reason}") from error
        if not isinstance(content, dict):
            raise UserError(f"The model catalogue {path} must hold lists named *_models")
        catalogue = cls(
            {
                key: _models(path, key, value)
                for key, value in content.items()
                if str(key).endswith("_models")
            }
        )
        catalogue._check_names(path)
        return catalogue

    def _check_names(self, path: Path) -> None:
        """Check that no two different models share a directory; one entry may be listed twice."""
        seen: dict[str, CatalogueModel] = {}
        for model in [model for models in self.lists.values() for model in models]:
            if seen.setdefault(model.name, model) != model:
                raise UserError(f"{path}: two different models are called {model.name}: rename one")

    def models(self, kind: Kind | None = None) -> list[CatalogueModel]:
        """Return the models of a kind or all models, each of them once."""
        everything = {model.name: model for models in self.lists.values() for model in models}
        return [model for model in everything.values() if kind in (None, model.kind)]

    def default_models(self) -> list[CatalogueModel]:
        """Return the models that every agent needs: the lists named after a kind, without vision.

        The other lists are of experts, which are deployed one by one.
        """
        return [
            model
            for key, models in self.lists.items()
            for model in models
            if key.removesuffix("_models") in KINDS and model.kind != "vision"
        ]

    def get(self, name: str) -> CatalogueModel:
        """Return the model called `name`.

        Raises:
            UserError: The catalogue has no such model; the message lists those that it has.
        """
        for model in self.models():
            if model.name == name:
                return model
        names = ", ".join(model.name for model in self.models())
        raise UserError(f"The catalogue has no model {name!r}: choose one of {names}")


def _models(path: Path, key: str, entries: Any) -> list[CatalogueModel]:
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise UserError(f"{path}: {key} must be a list of models")
    prefix = key.removesuffix("_models")
    kind = prefix if prefix in KINDS else "llm"
    models = []
    for number, entry in enumerate(entries, 1):
        try:
            data = {"kind": kind, **entry} if isinstance(entry, dict) else entry
            models.append(CatalogueModel.model_validate(data))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "entry"
            raise UserError(
                f"{path}: {key}, entry {number}, {where}: {first['msg']}; see the top of the file"
            ) from error
    return models
