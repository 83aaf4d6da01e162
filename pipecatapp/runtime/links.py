"""Links that change from one target to the next without a moment in between."""

import os
from pathlib import Path


def link_to(link: Path, target: Path) -> bool:
    """Let `link` point to `target`, which may be relative; False where it did already."""
    if link.is_symlink() and link.readlink() == target:
        return False
    beside = link.with_name(f".{link.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)
    return True
