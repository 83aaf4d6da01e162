import time

import pytest

from pipecatapp.commands import delayed_progress


def test_only_long_work_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with delayed_progress.delayed_progress("Quick"):
        pass
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(delayed_progress, "DELAY_SECONDS", 0)
    with pytest.raises(ValueError, match="x"), delayed_progress.delayed_progress("Failing"):
        raise ValueError("x")
    assert "done" not in capsys.readouterr().err


def test_work_that_takes_long_is_shown_until_it_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(delayed_progress, "DELAY_SECONDS", 0)
    shown = ""
    with delayed_progress.delayed_progress("Exporting"):
        while "Exporting" not in shown:
            time.sleep(0.01)
            shown += capsys.readouterr().err
    assert "done" in capsys.readouterr().err
