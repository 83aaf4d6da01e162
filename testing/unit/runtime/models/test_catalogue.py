from pathlib import Path

import pytest
import yaml

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import Catalogue, PackageSource
from pipecatapp.settings import REPOSITORY

SHA = "a" * 64


def entry(**changes: object) -> dict[str, object]:
    flat = {
        "name": "some-model",
        "memory_mb": 100,
        "filename": "some.gguf",
        "sha256": SHA,
        "sources": [{"url": "https://example.org/some.gguf"}],
    }
    return flat | changes


def load(tmp_path: Path, content: object) -> Catalogue:
    path = tmp_path / "models.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return Catalogue.load(path)


@pytest.fixture
def shipped() -> Catalogue:
    return Catalogue.load(REPOSITORY / "group_vars" / "models.yaml")


def test_the_shipped_catalogue_has_every_kind(shipped: Catalogue) -> None:
    for kind in ("llm", "stt", "tts", "embedding", "smoke"):
        assert shipped.models(kind)


def test_the_shipped_catalogue_pins_and_measures_every_file(shipped: Catalogue) -> None:
    # What the camera and experts need has no sum that could be verified: the first download records
    # it.
    assert all(
        file.sha256 and file.size for model in shipped.default_models() for file in model.files
    )


def test_models_of_experts_are_not_fetched_by_everybody(shipped: Catalogue) -> None:
    everyday = {model.name for model in shipped.default_models()}
    assert "phi-3-mini-instruct" not in everyday
    assert everyday < {model.name for model in shipped.models()}


def test_the_publisher_comes_before_packages(shipped: Catalogue) -> None:
    for model in shipped.models():
        for file in model.files:
            kinds = [isinstance(source, PackageSource) for source in file.sources]
            assert kinds == sorted(kinds)


def test_flat_and_full_entries_mean_the_same(tmp_path: Path) -> None:
    flat = entry()
    files = [{key: flat.pop(key) for key in ("filename", "sha256", "sources")}]
    full = {**flat, "files": files}
    assert (
        load(tmp_path, {"llm_models": [entry()]}).models()
        == load(tmp_path, {"llm_models": [full]}).models()
    )


def test_kind_follows_the_list_unless_it_is_given(tmp_path: Path) -> None:
    catalogue = load(
        tmp_path,
        {
            "stt_models": [entry(name="ears")],
            "creative_writing_models": [entry(name="poet")],
            "lab_models": [entry(name="meaning", kind="embedding")],
            "something_else": 3,
        },
    )
    assert {model.name: model.kind for model in catalogue.models()} == {
        "ears": "stt",
        "poet": "llm",
        "meaning": "embedding",
    }


def test_parts_are_numbered(tmp_path: Path) -> None:
    source = {"package": "big-part{n}==1.0", "member": "big_part{n}/part{nn}.bin", "parts": 11}
    model = load(tmp_path, {"llm_models": [entry(sources=[source])]}).get("some-model")
    (parsed,) = model.files[0].sources
    assert isinstance(parsed, PackageSource)
    assert parsed.resolved()[0] == ("big-part1==1.0", "big_part1/part01.bin")
    assert parsed.resolved()[10] == ("big-part11==1.0", "big_part11/part11.bin")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": "../escape"}, "name"),
        ({"name": "-rf"}, "name"),
        ({"name": "a b"}, "name"),
        ({"filename": "../../etc/passwd"}, "filename"),
        ({"filename": "/etc/passwd"}, "filename"),
        ({"filename": ".hidden"}, "filename"),
        ({"sha256": "abc"}, "sha256"),
        ({"sha256": SHA.upper()}, "sha256"),
        ({"memory_mb": "100"}, "memory_mb"),
        ({"memory_mb": 0}, "memory_mb"),
        ({"sources": []}, "sources"),
        ({"sources": [{"url": "ftp://example.org/x"}]}, "url"),
        ({"sources": [{"package": "name>=1", "member": "x"}]}, "package"),
        ({"sources": [{"package": "--index-url==1", "member": "x"}]}, "package"),
        ({"languages": ["english"]}, "languages"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_wrong_entries_are_named_in_one_line(
    tmp_path: Path, changes: dict[str, object], where: str
) -> None:
    with pytest.raises(UserError, match=rf"llm_models, entry 2, .*{where}") as caught:
        load(tmp_path, {"llm_models": [entry(), entry(**{"name": "other", **changes})]})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["[1, 2]", "{a", "llm_models: text", "llm_models: [text]"])
def test_wrong_files_are_refused_in_one_line(tmp_path: Path, content: str) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, content)
    assert "\n" not in str(caught.value)


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.yaml"):
        Catalogue.load(tmp_path / "nowhere.yaml")


def test_two_models_cannot_share_a_directory(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="two different models are called some-model"):
        load(tmp_path, {"llm_models": [entry()], "tts_models": [entry(memory_mb=7)]})


def test_an_unknown_name_lists_those_there_are(shipped: Catalogue) -> None:
    with pytest.raises(UserError, match=r"qwen2\.5-coder-0\.5b-instruct"):
        shipped.get("gpt-17")


def test_languages(shipped: Catalogue) -> None:
    tiny = shipped.get("faster-whisper-tiny.en")
    assert tiny.speaks("en")
    assert not tiny.speaks("de")
    assert shipped.get("smollm2-135m-instruct").speaks("de")
