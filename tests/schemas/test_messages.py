from __future__ import annotations

import pytest

from schemas.messages import MessageError, MissingMessageError, areas, load_area, message, messages, places


@pytest.mark.parametrize("area", areas())
def test_every_message_has_both_languages_and_the_same_places(area):
    # load_area refuses a message that lacks a language or whose places differ.
    known = messages(area)

    assert known
    for text in known.values():
        assert places(text.fr) == places(text.en)


def test_a_message_is_filled_in_both_languages():
    text = message("catalogue.unknown").filled(id="ECO.9")

    assert "ECO.9" in text.fr
    assert "ECO.9" in text.en
    assert text.fr != text.en


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("catalogue.nothing_here", r"nothing_here.*catalogue\.toml"),
        ("no_such_area.key", r"no_such_area.*Known areas: .*catalogue"),
        ("catalogue", "area.key"),
        ("../secrets.key", "No message area"),
        ("", "area.key"),
    ],
)
def test_a_missing_key_says_where_it_was_sought(key, words):
    with pytest.raises(MissingMessageError, match=words):
        message(key)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[a]\nfr = 'x'", "exactly the keys"),
        ("[a]\nfr = 'x'\nen = 'y'\nde = 'z'", "exactly the keys"),
        ("a = 'x'", "exactly the keys"),
        ("[a]\nfr = 'x'\nen = ' '", "empty"),
        ("[a]\nfr = 'x'\nen = 1", "not a string"),
        ("[a]\nfr = 'x {a}'\nen = 'x {b}'", r"\['a'\] in French and \['b'\]"),
        ("[a]\nfr = 'x {a'\nen = 'x'", "brace"),
        ("[a\n", "cannot be read"),
    ],
)
def test_a_wrong_message_file_is_named(tmp_path, toml, words):
    path = tmp_path / "wrong.toml"
    path.write_text(toml, encoding="utf-8")

    with pytest.raises(MessageError, match=words):
        load_area(path)


def test_messages_may_be_grouped(tmp_path):
    path = tmp_path / "grouped.toml"
    path.write_text("[a.b]\nfr = 'oui'\nen = 'yes'\n", encoding="utf-8")

    assert load_area(path)["a.b"].fr == "oui"
