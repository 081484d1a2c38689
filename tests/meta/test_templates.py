"""Rules that every template obeys."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, nodes
from werkzeug.exceptions import NotFound

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
FORBIDDEN = {
    "inline style, write a class: {}": r"<[^>]*\sstyle\s*=",
    "inline handler, use data-…: {}": r"<[^>]*\son[a-z]+\s*=",
    "style element, write it in static/css: {}": r"<style[\s>]",
    "a link that runs: {}": "javascript:",
}
"""What the content security policy of every page refuses, by what to do instead."""


@cache
def jinja() -> Environment:
    app = Flask("qse_audit", template_folder=str(ROOT), static_folder=None)
    app.jinja_env.undefined = StrictUndefined
    i18n.init_app(app)
    filters.init_app(app)
    assets.init_app(app, static_dir())
    return app.jinja_env


@cache
def source(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def tree_of(name: str) -> nodes.Template:
    return jinja().parse(source(name))


@cache
def made_in(name: str) -> set[str]:
    """The macros and values that others may import from a template."""
    tree = tree_of(name)
    made = {m.name for m in tree.find_all(nodes.Macro)}
    return made | {n.name for a in tree.find_all(nodes.Assign) for n in names_in(a.target)}


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


class Findings(list[str]):
    """What is wrong in any template: a rule walks them all, and tells everything at once."""

    def note(self, name: str, wrong: object, advice: str) -> None:
        if wrong:
            self.append(f"{name}: {advice.format(wrong)}")

    def none(self) -> None:
        """Fail with all that was noted."""
        assert not self, "\n".join(self)


def test_the_templates_compile():
    findings = Findings()
    for name in NAMES:
        try:
            jinja().get_template(name)
        except TemplateSyntaxError as error:
            findings.note(name, error, "line {0.lineno}: {0.message}")
    findings.none()


def test_a_template_uses_what_it_imports():
    findings = Findings()
    for name in NAMES:
        imported = {
            n[1] if isinstance(n, tuple) else n
            for node in tree_of(name).find_all(nodes.FromImport)
            for n in node.names
        }
        used = {node.name for node in tree_of(name).find_all(nodes.Name)}
        findings.note(name, imported - used, "unused {}")
    findings.none()


def test_what_a_template_imports_exists():
    findings = Findings()
    for name in NAMES:
        for node in tree_of(name).find_all(nodes.FromImport):
            wanted = {n[0] if isinstance(n, tuple) else n for n in node.names}
            missing = wanted - made_in(node.template.value)
            findings.note(name, missing, f"{node.template.value} has no {{}}")
    findings.none()


def test_a_page_takes_no_name_of_the_layout():
    findings = Findings()
    for name in PAGES:
        tree = tree_of(name)
        taken = {n for node in tree.find_all(nodes.FromImport) for n in node.names}
        taken |= {n.name for a in tree.find_all(nodes.Assign) for n in names_in(a.target)}
        findings.note(name, taken & LAYOUT_NAMES, "the layout needs {} itself")
    findings.none()


def test_a_page_extends_a_layout_and_has_a_title():
    findings = Findings()
    for name in PAGES:
        if name.split("/")[0] in NOT_PAGES:
            continue
        tree = tree_of(name)
        bare = not any(tree.find_all(nodes.Extends))
        findings.note(name, bare, "extend _layout/base.html or bare.html")
        untitled = "title" not in {b.name for b in tree.find_all(nodes.Block)}
        findings.note(name, untitled, "write block title")
    findings.none()


def test_templates_keep_the_content_security_policy():
    findings = Findings()
    for name in NAMES:
        if name.startswith("documents/"):
            continue
        html = bare(name)
        for advice, pattern in FORBIDDEN.items():
            findings.note(name, re.findall(pattern, html), advice)
        for tag in re.findall(r"<script[^>]*>", re.sub(r"\{\{.*?\}\}", "x", said(name))):
            findings.note(name, 'nonce="x"' not in tag and tag, "{} has no nonce")
    findings.none()


def test_nothing_is_marked_safe():
    findings = Findings()
    for name in NAMES:
        found = re.findall(r"\|\s*safe\b|\bMarkup\(|autoescape\s+false", source(name))
        findings.note(name, found, "{} lets text become HTML")
    findings.none()


class Attributes(HTMLParser):
    """Collects the attributes that are not quoted."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        unquoted = re.sub(r'"[^"]*"', '""', text)
        self.wrong += re.findall(r"\s[\w-]+=[^\"\s>]+", unquoted)


def test_attributes_are_quoted():
    findings = Findings()
    for name in NAMES:
        text = re.sub(r"\{\{.*?\}\}", "x", said(name), flags=re.DOTALL)
        parser = Attributes()
        parser.feed(re.sub(r"\{%.*?%\}", " ", text, flags=re.DOTALL))
        findings.note(name, parser.wrong, "quote {}")
    findings.none()


def test_the_icons_exist():
    findings = Findings()
    known = set(assets.symbols())
    for name in NAMES:
        drawn = set(re.findall(r"\bicon\(\s*[\"']([\w-]+)[\"']", said(name)))
        findings.note(name, drawn - known, "Bootstrap Icons has no {}")
    findings.none()


def test_the_icons_of_looks_and_navigation_exist():
    looks = jinja().get_template("_macros/page.html").module.LOOKS
    named = {symbol for _, symbol in looks.values()}
    named |= {place.icon for _, places in navigation.MAP for place in places}
    assert named <= set(assets.symbols())


def test_every_tone_of_looks_has_its_colours():
    tokens = (static_dir() / "css" / "tokens.css").read_text("utf-8")
    looks = jinja().get_template("_macros/page.html").module.LOOKS
    for tone, _ in looks.values():
        assert f".tone-{tone} " in tokens


def test_the_assets_exist():
    findings = Findings()
    library = assets.Library(static_dir())
    for name in NAMES:
        for found in re.findall(r"\basset\(\s*[\"']([^\"']+)[\"']\s*\)", said(name)):
            try:
                library.read(found)
            except NotFound:
                findings.note(name, found, "static/ has no {}")
    findings.none()


def test_folders_mirror_the_features():
    features = {p.name for p in Path(qse_audit.__path__[0]).iterdir() if p.is_dir()}
    folders = {p.name for p in ROOT.iterdir() if p.is_dir()}
    unknown = folders - features - SHARED - NOT_PAGES
    assert not unknown, f"no feature is called {unknown}"


def test_templates_stay_short():
    findings = Findings()
    for name in NAMES:
        lines = source(name).count("\n")
        findings.note(name, lines > MAX_LINES and lines, "{} lines, split it by meaning")
    findings.none()


def test_style_sheets_and_modules_stay_short():
    for path in static_dir().rglob("*.*"):
        if path.suffix in {".css", ".js"}:
            assert path.read_text("utf-8").count("\n") <= MAX_LINES, path.name


def test_each_public_macro_says_what_it_is_for():
    findings = Findings()
    for name in NAMES:
        lines = source(name).splitlines() if name.startswith("_macros/") else []
        for before, line in zip(["", *lines], lines, strict=False):
            found = re.match(r"\{%-? macro (\w+)", line)
            if found and not found[1].startswith("_"):
                described = before.rstrip().endswith("#}") or before.startswith("{% macro ")
                advice = "say what {} is for in a comment above it"
                findings.note(name, not described and found[1], advice)
    findings.none()


def test_only_tokens_name_colours():
    for path in (static_dir() / "css").glob("*.css"):
        if path.stem in {"tokens", "print"}:
            continue
        text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.findall(r":[^;{]*#[0-9a-f]{3,8}\b", text), f"{path.name}: use a token"
