from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import REPOSITORY
from pipecatapp.tools.camera.model import find_model

from .catalogues import entry, settings_with


def test_a_model_that_was_not_fetched_is_not_fetched_now(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, entry(tmp_path, "one"), entry(tmp_path, "two"))
    with pytest.raises(UserError, match=r"is not there: pipecatapp models fetch one$"):
        find_model(settings)
    assert not settings.models_dir.exists()


def test_the_first_model_that_is_here_is_taken_unless_one_is_set(tmp_path: Path) -> None:
    entries = [entry(tmp_path, name) for name in ("one", "two", "three")]
    settings = settings_with(tmp_path, *entries)
    catalogue = Catalogue.load(settings.catalogue)
    for name in ("two", "three"):
        ensure_model(catalogue.get(name), settings, Progress())
    assert find_model(settings).name == "two"
    assert find_model(settings.model_copy(update={"vision_model": "three"})).name == "three"
    with pytest.raises(UserError, match="models fetch one"):
        find_model(settings.model_copy(update={"vision_model": "one"}))


def test_half_a_model_is_none(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, entry(tmp_path, "one"))
    ensure_model(Catalogue.load(settings.catalogue).get("one"), settings, Progress())
    (settings.models_dir / "one" / "one-mmproj.gguf").unlink()
    with pytest.raises(UserError, match="models fetch one"):
        find_model(settings)


@pytest.mark.parametrize("name", ["nothing", "ears"])
def test_a_model_that_cannot_see_is_refused(tmp_path: Path, name: str) -> None:
    ears = entry(tmp_path, "ears", kind="stt")
    with pytest.raises(UserError, match=rf"(no model '{name}'|{name} has no vision model)"):
        find_model(settings_with(tmp_path, ears, vision_model=name))


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["text.gguf"], "mmproj in its name"),
        (["a.gguf", "b.gguf"], "mmproj in its name"),
        (["mmproj-a.gguf", "mmproj-b.gguf"], "mmproj in its name"),
        (["mmproj.gguf"], "file of text"),
        (["a.gguf", "b.gguf", "mmproj.gguf"], "file of text"),
    ],
)
def test_a_catalogue_entry_that_cannot_see_is_refused(
    tmp_path: Path, names: list[str], wanted: str
) -> None:
    sources = [{"path": "/nowhere"}]
    files = [{"filename": name, "sha256": None, "sources": sources} for name in names]
    settings = settings_with(tmp_path, {"name": "one", "memory_mb": 1, "files": files})
    with pytest.raises(UserError, match=rf"vision_models, entry 1, .*{wanted}"):
        find_model(settings)


def test_the_shipped_model_is_moondream_by_its_publisher() -> None:
    models = Catalogue.load(REPOSITORY / "group_vars" / "models.yaml").models("vision")
    assert models[0].name == "moondream2"
    for file in models[0].files:
        hosts = {urlsplit(str(source)).hostname for source in file.sources}
        assert hosts == {"huggingface.co"}
