"""The pages that the server renders: login and trust."""

import html
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse

STATIC = Path(__file__).parent / "static"


def render(name: str, status: int = 200, **values: str) -> HTMLResponse:
    """Fill a page's placeholders, escaped, and answer with it.

    Args:
        name: File name under `templates/`.
        status: HTTP status.
        **values: The placeholders' texts.
    """
    template = Template((STATIC.parent / "templates" / name).read_text(encoding="utf-8"))
    escaped = {key: html.escape(value, quote=True) for key, value in values.items()}
    # Under no-referrer a form's POST would carry `Origin: null` and be refused as foreign.
    headers = {"Referrer-Policy": "same-origin"}
    return HTMLResponse(template.substitute(escaped), status_code=status, headers=headers)


def login_page(token: str, problem: str = "", status: int = 200) -> HTMLResponse:
    """Answer with the login page.

    The token of a link is not used up by opening the page: previews and prefetchers open links
    too. It is sent back by the page's button, which the page's script presses once it is visible.
    """
    if token:
        return render("login_token.html", status, token=token)
    return render("login.html", status, problem=problem)
