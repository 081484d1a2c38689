"""Static files and icons."""

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask import Flask, render_template_string

from qse_audit.paths import static_dir, templates_dir
from qse_audit.web import assets


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    for name in ("css", "js", "img"):
        (folder / name).mkdir(parents=True)
    for name in assets.STYLES:
        (folder / "css" / f"{name}.css").write_text(f"/* {name} */")
    (folder / "js" / "app.js").write_text("export const one = 1;\n" * 50)
    (folder / "secret.py").write_text("password = 1")
    (tmp_path / "outside.js").write_text("outside")
    return folder


@pytest.fixture
def make(static: Path, tmp_path: Path):
    def make() -> Flask:
        app = Flask("test", static_folder=None)
        app.config["CACHE_FOLDER"] = tmp_path / "cache"
        assets.init_app(app, static)
        return app

    return make


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return assets.asset(name)


def test_the_address_changes_with_the_content(make, static):
    before = address(make(), "js/app.js")
    assert address(make(), "js/app.js") == before
    (static / "js" / "app.js").write_text("export const two = 2;")
    assert address(make(), "js/app.js") != before


def test_a_module_and_what_it_imports_change_together(make, static):
    before = address(make(), "js/app.js")
    (static / "js" / "net.js").write_text("export const three = 3;")
    assert address(make(), "js/app.js") != before


def test_packaged_files_keep_their_address_when_ours_change(make, static):
    before = address(make(), "plotly/plotly.min.js")
    (static / "js" / "app.js").write_text("changed")
    assert address(make(), "plotly/plotly.min.js") == before


def test_a_file_at_its_own_address_is_kept_for_ever(make):
    app = make()
    response = app.test_client().get(address(app, "js/app.js"))
    assert response.status_code == 200
    assert response.content_type == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_opened_before_an_update_still_gets_its_files(make):
    response = make().test_client().get("/assets/0123456789abcdef/js/app.js")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_files_travel_compressed_and_are_compressed_once(make, tmp_path, coding, monkeypatch):
    if coding not in assets.CODINGS:
        pytest.skip("brotli is optional")
    app = make()
    url = address(app, "js/app.js")
    first = app.test_client().get(url, headers={"Accept-Encoding": coding})
    assert first.headers["Content-Encoding"] == coding
    assert first.headers["Vary"] == "Accept-Encoding"
    assert len(first.data) < 200
    assert [p.suffix for p in (tmp_path / "cache" / "assets").iterdir()] == [f".{coding}"]
    monkeypatch.setitem(assets.CODINGS, coding, None)
    again = make().test_client().get(url, headers={"Accept-Encoding": coding})
    assert again.data == first.data


def test_compressed_and_plain_hold_the_same(make):
    app = make()
    url = address(app, "js/app.js")
    packed = app.test_client().get(url, headers={"Accept-Encoding": "gzip"}).data
    plain = app.test_client().get(url, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.data


def test_what_the_browser_has_is_not_sent_again(make):
    app = make()
    url = address(app, "js/app.js")
    tag = app.test_client().get(url).headers["ETag"]
    assert app.test_client().get(url, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "../outside.js",
        "js/../../outside.js",
        "..%2foutside.js",
        "%2e%2e/outside.js",
        "..%5coutside.js",
        "bootstrap/../../__init__.py",
        "bootstrap/../../../flask/app.js",
        "/etc/passwd",
        "secret.py",
        "js/missing.js",
        "js",
        "",
        "js/app.js%00.css",
        "fonts/",
        "unknown/app.js",
    ],
)
def test_nothing_but_published_files_is_sent(make, name):
    response = make().test_client().get(f"/assets/0123456789abcdef/{name}")
    assert response.status_code in {404, 308}
    assert b"outside" not in response.data


def test_a_link_out_of_the_folder_is_not_followed(make, static, tmp_path):
    try:
        (static / "js" / "link.js").symlink_to(tmp_path / "outside.js")
    except OSError:
        pytest.skip("this system does not let us make links")
    assert make().test_client().get("/assets/x/js/link.js").status_code == 404


def test_the_style_sheet_holds_bootstrap_below_ours_and_every_address_in_it_answers():
    app = Flask("test", static_folder=None)
    assets.init_app(app, static_dir())
    url = address(app, assets.APP_CSS)
    sheet = app.test_client().get(url).text
    assert sheet.startswith("@layer vendor {")
    assert sheet.index("--bs-blue") < sheet.index("--accent:")
    used = [u for u in re.findall(r'url\("?([^")]+)"?\)', sheet) if not u.startswith("data:")]
    assert any(u.endswith("SourceSansPro-Regular.otf") for u in used)
    for relative in used:
        response = app.test_client().get(urljoin(url, relative))
        assert response.status_code == 200, relative


def test_the_cascade_names_every_style_sheet():
    sheets = {p.stem for p in (static_dir() / "css").glob("*.css")}
    pages = "".join(p.read_text(encoding="utf-8") for p in templates_dir().rglob("*.html"))
    linked = {sheet for sheet in sheets if f"css/{sheet}.css" in pages}
    assert set(assets.STYLES) <= sheets
    assert sheets - set(assets.STYLES) <= linked, "name it in STYLES, or link it from its pages"


def test_every_import_of_our_modules_exists():
    for module in (static_dir() / "js").glob("*.js"):
        for name in re.findall(r"""(?:from|import\()\s*["']\./([\w.-]+)["']""", module.read_text()):
            assert (module.parent / name).is_file(), f"{module.name} imports {name}"


def test_modules_never_write_markup_from_data():
    for module in (static_dir() / "js").glob("*.js"):
        text = module.read_text()
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text
        ), f"{module.name}: build elements with make() of texts.js"


def test_an_icon_is_drawn_inline_and_hidden_from_screen_readers(make):
    app = make()
    with app.test_request_context():
        drawn = render_template_string("{{ icon('bell') }}")
    assert drawn.startswith("<svg")
    assert 'aria-hidden="true"' in drawn
    assert "<use" not in drawn


def test_an_icon_alone_has_a_name():
    assert 'aria-label="Fermer &#34;tout&#34;"' in assets.icon("x-lg", 'Fermer "tout"')


def test_an_unknown_icon_is_an_error():
    with pytest.raises(KeyError):
        assets.icon("no-such-icon")
