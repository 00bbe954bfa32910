"""How a source's words become leadline's types of activity."""

from __future__ import annotations

import pyarrow as pa

from leadline.connecting.type_names import TypeNames

NAMES = TypeNames({"form_submit": ("Demo request", " Quote "), "custom:talk": ("Chat",)})


def test_the_first_word_that_is_mapped_says_the_type() -> None:
    assert NAMES.of("call", "nothing", "chat", "Quote") == "custom:talk"
    assert NAMES.of("call", "", "nothing") == "call"


def test_the_types_of_some_words_and_of_all_others() -> None:
    assert NAMES.among(["DEMO REQUEST", "?"]) == {"form_submit"}
    assert NAMES.beyond(["quote"]) == {"form_submit", "custom:talk"}
    assert NAMES.beyond(["quote", "demo request"]) == {"custom:talk"}
    assert NAMES.types == {"form_submit", "custom:talk"}


def test_a_column_is_translated_whole() -> None:
    words = pa.array(["quote", "Page_View", "custom:Talk", "Fair", " ", None])
    translated = ["form_submit", "page_view", "custom:Talk", "custom:Fair", None, None]
    assert NAMES.translate(words).to_pylist() == translated
