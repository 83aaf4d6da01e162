from pathlib import Path

from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.progress import Progress
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.vision import Vision

from .camera.catalogues import entry, settings_with
from .fake_resources import FakeResources


async def test_what_is_missing_is_said_one_by_one(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, entry(tmp_path, "one"))
    blind = Vision(FakeResources(settings=settings.model_copy(update={"camera": "97"})))
    assert "set CAMERA" in (await blind.unavailable() or "")
    vision = Vision(FakeResources(settings=settings))
    assert "models fetch one" in (await vision.unavailable() or "")
    ensure_model(Catalogue.load(settings.catalogue).get("one"), settings, Progress())
    assert await vision.unavailable() == "llama.cpp is not built: pipecatapp setup"


def test_the_tool_needs_no_argument_and_no_approval(tmp_path: Path) -> None:
    (tool,) = tools_of(Vision(FakeResources(settings=settings_with(tmp_path))))
    assert tool.name == "vision.get_observation"
    assert tool.check({}) == {"question": "What do you see?"}
    assert not tool.sensitive
