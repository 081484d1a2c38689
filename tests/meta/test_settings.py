"""Every setting is documented and checked."""

from dataclasses import fields

import pytest

from qse_audit.core.errors import SettingsError
from qse_audit.paths import PACKAGE
from qse_audit.settings import Settings, load_settings

SETTABLE = [each for each in fields(Settings) if "read" in each.metadata]


@pytest.mark.parametrize("setting", SETTABLE, ids=lambda s: s.name)
def test_a_setting_is_in_the_readme(setting):
    readme = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    assert f"`QSE_{setting.name.upper()}`" in readme, "add it to the table of settings"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("QSE_PROXY_HOPS", "two", "a whole number from 0 to 5"),
        ("QSE_SMTP_SECURITY", "ssl3", "one of none, starttls, tls"),
        ("QSE_DATABASE_URL", "mysql://x", "postgresql://"),
        ("QSE_DEMO", "maybe", "true or false"),
        ("QSE_PUBLIC_URL", "example.org", "an address"),
        ("QSE_SECRET_KEY", "changeme", "32 random characters"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_name_value_and_what_is_accepted(
    tmp_path, name, value, told
):
    with pytest.raises(SettingsError) as refused:
        load_settings({name: value}, instance=tmp_path)
    assert name in str(refused.value)
    assert told in str(refused.value)


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "settings.toml").write_text('smtp_host = "file"\nsmtp_port = 25\n')
    settings = load_settings({"QSE_SMTP_HOST": "environment"}, instance=tmp_path)
    assert (settings.smtp_host, settings.smtp_port) == ("environment", 25)


def test_an_unknown_name_in_the_file_is_refused(tmp_path):
    (tmp_path / "settings.toml").write_text('smpt_host = "typo"\n')
    with pytest.raises(SettingsError, match="smpt_host"):
        load_settings({}, instance=tmp_path)


def test_the_secret_key_is_made_once_and_kept_private(tmp_path):
    first = load_settings({}, instance=tmp_path).secret_key
    assert load_settings({}, instance=tmp_path).secret_key == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
