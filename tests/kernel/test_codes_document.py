"""The document of all value sets in one language, for a client that shows only that one."""

import pytest

from referral_api.kernel import codes


@pytest.mark.parametrize("language", codes.LANGUAGES)
def test_the_document_can_be_had_in_one_language(language):
    shown = codes.document(language)
    assert shown == {
        "items": [
            {
                "name": found.name,
                "version": found.version,
                "codes": [{"code": code, "labels": {language: found.labels[code][language]}} for code in found.codes],
            }
            for found in codes.SETS.values()
        ],
        "next_cursor": None,
    }


def test_a_language_without_labels_is_an_error_and_not_an_empty_form():
    with pytest.raises(KeyError):
        codes.document("km")
