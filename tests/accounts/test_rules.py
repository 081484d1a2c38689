"""The pure rules of accounts, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from qse_audit.accounts.rules import (
    ROLE_NOTES,
    ROLES_OF,
    LinkFacts,
    OrganisationKind,
    RoleChange,
    TokenPurpose,
    address_key,
    device_of,
    initials,
    is_email,
    link_problem,
    one_line,
    password_problem,
    role_change_refusals,
)
from qse_audit.core.permissions import Role

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADMIN, AUDITOR, JURY = Role.ADMINISTRATOR, Role.AUDITOR, Role.JURY


def test_every_role_has_a_sentence_and_a_place():
    assert set(ROLE_NOTES) == set(Role)
    assert set().union(*ROLES_OF.values()) == set(Role)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (None, "link_unknown"),
        ({"purpose": TokenPurpose.RESET}, "link_other_purpose"),
        ({"used_at": NOW}, "link_used"),
        ({"revoked_at": NOW}, "link_revoked"),
        ({"expires_at": NOW}, "link_expired"),
        ({"expires_at": NOW + timedelta(seconds=1)}, None),
    ],
)
def test_a_link_opens_only_what_it_was_made_for_in_time_and_once(facts, code):
    whole = {"purpose": TokenPurpose.INVITATION, "expires_at": NOW + timedelta(days=1)}
    link = None if facts is None else LinkFacts(**{**whole, **facts})
    problem = link_problem(link, TokenPurpose.INVITATION, NOW)
    assert (problem and problem.code) == code


@pytest.mark.parametrize(
    ("granter", "before", "after", "others", "codes"),
    [
        ({ADMIN}, {AUDITOR}, {ADMIN}, 1, []),
        ({ADMIN}, {ADMIN}, {AUDITOR}, 1, []),
        ({ADMIN}, {ADMIN}, {AUDITOR}, 0, ["last_administrator"]),
        ({ADMIN}, {ADMIN}, set(), 0, ["last_administrator"]),
        ({AUDITOR}, {AUDITOR}, {AUDITOR, ADMIN}, 1, ["role_above_own"]),
        ({AUDITOR}, {ADMIN}, set(), 1, ["role_above_own"]),
        ({ADMIN}, {AUDITOR}, {JURY}, 1, ["role_foreign"]),
        ({AUDITOR}, {ADMIN}, {JURY}, 0, ["role_above_own", "role_foreign", "last_administrator"]),
        (set(), {AUDITOR}, {AUDITOR}, 0, []),
    ],
)
def test_roles_change_by_an_administrator_who_leaves_one(granter, before, after, others, codes):
    change = RoleChange(
        kind=OrganisationKind.COMPANY,
        granter=frozenset(granter),
        before=frozenset(before),
        after=frozenset(after),
        other_administrators=others,
    )
    assert [r.code for r in role_change_refusals(change)] == codes


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("x" * 11, "password_length"),
        ("ab" * 65, "password_length"),
        ("aaaaaaaaaaaa", "password_guessable"),
        ("claire.dubois-2026", "password_guessable"),
        ("un vélo bleu sous la pluie", None),
    ],
)
def test_a_password_is_long_and_not_one_s_own_name(password, code):
    problem = password_problem(password, email="claire.dubois@example.org")
    assert (problem and problem.code) == code


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Claire \t Dubois\r\n", "Claire Dubois"),
        ("Claire\u202eDubois\x00", "Claire Dubois"),
        ("Jean\u00a0Paul", "Jean Paul"),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("\u202e", ""),
    ],
)
def test_a_name_is_one_visible_line(text, line):
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "address/192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "address/2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "address/2001:db8:1:2::/64"),
        ("", "address/unknown"),
    ],
)
def test_an_ipv6_subscriber_is_one_address(address, key):
    assert address_key(address) == key


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0", "Firefox sous Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140", "Edge sous Windows"),
        ("Mozilla/5.0 (iPhone; CPU OS 18_0 like Mac OS X) Safari/604.1", "Safari sous iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Safari/537.36", "Chrome sous Android"),
        ("curl/8.5", "curl"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_browser_is_named_as_people_do(agent, device):
    assert device_of(agent) == device


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a@b.fr", True),
        ("a@b", False),
        ("a b@c.fr", False),
        ("a@b.fr,c@d.fr", False),
        ("a@b.fr\nBcc:x@y.fr", False),
    ],
)
def test_an_address_is_one_address(text, good):
    assert is_email(text) is good


def test_initials_are_the_first_and_the_last_name_s():
    assert (initials("Jean-Claude de la Tour"), initials("Inès")) == ("JT", "I")
