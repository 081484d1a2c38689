"""Rules that every template obeys."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined, nodes

import qse_audit
from qse_audit.paths import static_dir, templates_dir
from qse_audit.web import assets, filters, i18n, navigation

ROOT = templates_dir()
NAMES = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*.html"))
SHARED = {"_layout", "_macros", "errors", "styleguide"}
NOT_PAGES = {"documents", "emails"}
PAGES = [n for n in NAMES if not n.startswith("_") and not Path(n).name.startswith("_")]
LAYOUT_NAMES = {"person", "organisation", "memberships", "navigation", "locale", "unread_count"}
MAX_LINES = 400


@pytest.fixture(scope="module")
def jinja():
    app = Flask("qse_audit", template_folder=str(ROOT), static_folder=None)
    app.jinja_env.undefined = StrictUndefined
    i18n.init_app(app)
    filters.init_app(app)
    assets.init_app(app, static_dir())
    return app.jinja_env


def source(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def said(name: str) -> str:
    """A template without its comments."""
    return re.sub(r"\{#.*?#\}", "", source(name), flags=re.DOTALL)


def bare(name: str) -> str:
    """The HTML of a template: expressions become a letter, statements and comments vanish."""
    text = said(name)
    text = re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", "x", text, flags=re.DOTALL)


def names_in(target: nodes.Expr) -> list[nodes.Name]:
    return [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))


@pytest.mark.parametrize("name", NAMES)
def test_the_template_compiles(jinja, name):
    jinja.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_template_uses_what_it_imports(jinja, name):
    tree = jinja.parse(source(name))
    imported = {
        n[1] if isinstance(n, tuple) else n
        for node in tree.find_all(nodes.FromImport)
        for n in node.names
    }
    used = {node.name for node in tree.find_all(nodes.Name)}
    assert imported <= used, f"{name}: unused {imported - used}"


@pytest.mark.parametrize("name", NAMES)
def test_what_the_template_imports_exists(jinja, name):
    for node in jinja.parse(source(name)).find_all(nodes.FromImport):
        module = jinja.parse(source(node.template.value))
        made = {m.name for m in module.find_all(nodes.Macro)}
        made |= {n.name for a in module.find_all(nodes.Assign) for n in names_in(a.target)}
        wanted = {n[0] if isinstance(n, tuple) else n for n in node.names}
        assert wanted <= made, f"{name}: {node.template.value} has no {wanted - made}"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_takes_no_name_of_the_layout(jinja, name):
    tree = jinja.parse(source(name))
    taken = {n for node in tree.find_all(nodes.FromImport) for n in node.names}
    taken |= {n.name for a in tree.find_all(nodes.Assign) for n in names_in(a.target)}
    assert not taken & LAYOUT_NAMES, f"{name}: the layout needs {taken & LAYOUT_NAMES} itself"


@pytest.mark.parametrize("name", [n for n in PAGES if n.split("/")[0] not in NOT_PAGES])
def test_the_page_extends_a_layout_and_has_a_title(jinja, name):
    tree = jinja.parse(source(name))
    assert any(tree.find_all(nodes.Extends)), f"{name}: extend _layout/base.html or bare.html"
    assert "title" in {b.name for b in tree.find_all(nodes.Block)}, f"{name}: write block title"


@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith("documents/")])
def test_the_template_keeps_the_content_security_policy(name):
    html = bare(name)
    assert not re.search(r"<[^>]*\sstyle\s*=", html), f"{name}: inline style; write a class"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", html), f"{name}: inline handler; use data-…"
    assert not re.search(r"<style[\s>]", html), f"{name}: style element; write it in static/css"
    assert "javascript:" not in html, name
    for tag in re.findall(r"<script[^>]*>", re.sub(r"\{\{.*?\}\}", "x", said(name))):
        assert 'nonce="x"' in tag, f"{name}: {tag} has no nonce"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_marked_safe(name):
    assert not re.search(r"\|\s*safe\b|\bMarkup\(|autoescape\s+false", source(name)), name


class Attributes(HTMLParser):
    """Collects the attributes that are not quoted."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        unquoted = re.sub(r'"[^"]*"', '""', text)
        self.wrong += re.findall(r"\s[\w-]+=[^\"\s>]+", unquoted)


@pytest.mark.parametrize("name", NAMES)
def test_attributes_are_quoted(name):
    text = re.sub(r"\{\{.*?\}\}", "x", said(name), flags=re.DOTALL)
    parser = Attributes()
    parser.feed(re.sub(r"\{%.*?%\}", " ", text, flags=re.DOTALL))
    assert not parser.wrong, f"{name}: quote {parser.wrong}"


@pytest.mark.parametrize("name", NAMES)
def test_the_icons_exist(name):
    for found in re.findall(r"\bicon\(\s*[\"']([\w-]+)[\"']", said(name)):
        assert found in assets.symbols(), f"{name}: Bootstrap Icons has no {found}"


def test_the_icons_of_looks_and_navigation_exist(jinja):
    looks = jinja.get_template("_macros/page.html").module.LOOKS
    named = {symbol for _, symbol in looks.values()}
    named |= {place.icon for _, places in navigation.MAP for place in places}
    assert named <= set(assets.symbols())


def test_every_tone_of_looks_has_its_colours(jinja):
    tokens = (static_dir() / "css" / "tokens.css").read_text("utf-8")
    looks = jinja.get_template("_macros/page.html").module.LOOKS
    for tone, _ in looks.values():
        assert f".tone-{tone} " in tokens


@pytest.mark.parametrize("name", NAMES)
def test_the_assets_exist(name):
    library = assets.Library(static_dir())
    for found in re.findall(r"\basset\(\s*[\"']([^\"']+)[\"']\s*\)", said(name)):
        assert library.digest(found), f"{name}: {found}"


def test_folders_mirror_the_features():
    features = {p.name for p in Path(qse_audit.__path__[0]).iterdir() if p.is_dir()}
    folders = {p.name for p in ROOT.iterdir() if p.is_dir()}
    unknown = folders - features - SHARED - NOT_PAGES
    assert not unknown, f"no feature is called {unknown}"


@pytest.mark.parametrize("name", NAMES)
def test_the_template_stays_short(name):
    assert source(name).count("\n") <= MAX_LINES, f"{name}: split it by meaning"


def test_style_sheets_and_modules_stay_short():
    for path in static_dir().rglob("*.*"):
        if path.suffix in {".css", ".js"}:
            assert path.read_text("utf-8").count("\n") <= MAX_LINES, path.name


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("_macros/")])
def test_each_public_macro_says_what_it_is_for(name):
    lines = source(name).splitlines()
    described = False
    for before, line in zip(["", *lines], lines, strict=False):
        found = re.match(r"\{%-? macro (\w+)", line)
        if found and not found[1].startswith("_"):
            described = before.rstrip().endswith("#}") or before.startswith("{% macro ")
            assert described, f"{name}: say what {found[1]} is for in a comment above it"


def test_only_tokens_name_colours():
    for path in (static_dir() / "css").glob("*.css"):
        if path.stem in {"tokens", "print"}:
            continue
        text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.findall(r":[^;{]*#[0-9a-f]{3,8}\b", text), f"{path.name}: use a token"
