"""A failure names plugin, source and hook; what the user can act on passes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from leadline.batches import (
    Batch,
)
from leadline.errors import (
    LeadlineError,
    PluginError,
    RetryLater,
    SourceError,
)
from leadline.hookspecs import hookimpl
from leadline.host.faults import redact

from .plugins import (
    Counting,
    Plugin,
    Redacting,
    Steady,
    batch,
    contacts_answering,
    host_with,
    ids,
)

Pages = Iterator[Batch]


def test_an_error_in_mid_iteration_names_plugin_source_and_hook(tmp_path: Path) -> None:
    def pages() -> Pages:
        yield batch("a")
        raise KeyError("next_page")

    host = host_with(Plugin(contacts_answering(pages)), tmp_path, Redacting())
    answer = host.fetch_contacts("mine", None)
    assert ids(iter([next(answer)])) == ["mine-redacted"]
    with pytest.raises(PluginError) as caught:
        next(answer)
    message = str(caught.value)
    assert "plugin 'vendor', hook fetch_contacts: source 'mine': KeyError" in message
    assert "test_failures.py:" in message
    assert isinstance(caught.value.__cause__, KeyError)
    assert next(answer, None) is None


def test_an_error_at_the_call_is_named(tmp_path: Path) -> None:
    def at_once() -> Pages:
        raise SystemExit(1)

    host = host_with(Plugin(contacts_answering(at_once)), tmp_path)
    with pytest.raises(PluginError, match=r"vendor.*fetch_contacts.*mine.*SystemExit"):
        host.fetch_contacts("mine", None)


def test_errors_for_the_user_pass_with_source_and_hook(tmp_path: Path) -> None:
    def pages() -> Pages:
        yield batch("a")
        raise RetryLater("the CRM is busy", after=5)

    host = host_with(Plugin(contacts_answering(pages)), tmp_path, Counting())
    with pytest.raises(RetryLater) as caught:
        list(host.fetch_contacts("mine", None))
    assert (caught.value.source, caught.value.hook) == ("mine", "fetch_contacts")
    assert caught.value.after == 5
    assert str(caught.value) == "source 'mine': the CRM is busy"


def test_a_wrapper_is_blamed_for_its_own_errors(tmp_path: Path) -> None:
    class FailsAtOnce:
        @hookimpl(wrapper=True)
        def fetch_contacts(self) -> Generator[None, Pages, Pages]:
            yield
            raise ValueError("at once")

    class FailsLater:
        @hookimpl(wrapper=True)
        def fetch_activities(self) -> Generator[None, Pages, Pages]:
            def failing(pages: Pages) -> Pages:
                yield next(pages)
                raise ValueError("later")

            return failing((yield))

    plugin = Plugin(Steady)
    host = host_with(plugin, tmp_path, Counting(), FailsAtOnce(), FailsLater(), Redacting())
    with pytest.raises(PluginError, match=r"'wrapper1', hook fetch_contacts.*'mine'.*at once"):
        host.fetch_contacts("mine", None)
    answer = host.fetch_activities("mine", None)
    next(answer)
    with pytest.raises(PluginError, match=r"'wrapper2', hook fetch_activities.*'mine'.*later"):
        next(answer)
    assert plugin.opened[0].closed == ["activities"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda: None, "answered None"),
        (lambda: [batch("a")], "answered a list, which is no iterator"),
        (lambda: iter(["a"]), "answered a str where a Batch belongs"),
        (lambda: iter([None]), "answered NoneType where a Batch belongs"),
        (lambda: iter([Batch([], {})]), "not a pyarrow.Table"),
        (lambda: iter([Batch(batch("a").rows, {"at": {1, 2}})]), "JSON cannot hold"),
        (lambda: iter([Batch(batch("a").rows, {"at": float("nan")})]), "JSON cannot hold"),
        (lambda: iter([Batch(batch("a").rows, None)]), "not a mapping"),  # type: ignore[arg-type]  # what is refused
    ],
)
def test_an_answer_that_is_no_iterator_of_batches_is_named(
    tmp_path: Path, answer: Callable[[], object], says: str
) -> None:
    host = host_with(Plugin(contacts_answering(answer)), tmp_path)
    with pytest.raises(PluginError, match=says) as caught:
        list(host.fetch_contacts("mine", None))
    assert (caught.value.plugin, caught.value.hook) == ("vendor", "fetch_contacts")
    assert "source 'mine'" in str(caught.value)


def test_a_wrapper_that_answers_none_is_named(tmp_path: Path) -> None:
    class Forgets:
        @hookimpl(wrapper=True)
        def fetch_contacts(self) -> Generator[None, Pages, None]:
            yield

    plugin = Plugin(Steady)
    host = host_with(plugin, tmp_path, Forgets())
    with pytest.raises(PluginError, match=r"plugin 'wrapper0', hook fetch_contacts.*answered None"):
        host.fetch_contacts("mine", None)


def test_secrets_of_the_settings_stay_out_of_messages(tmp_path: Path) -> None:
    def leaking(error: Exception) -> Callable[[], object]:
        def answer() -> object:
            raise error

        return answer

    for error in (ValueError("s3cret-value is bad"), SourceError("refused s3cret-value")):
        host = host_with(Plugin(contacts_answering(leaking(error))), tmp_path)
        with pytest.raises(LeadlineError) as caught:
            host.fetch_contacts("mine", None)
        assert "s3cret" not in str(caught.value)
        assert "***" in str(caught.value)


def test_ctrl_c_is_nobodys_fault(tmp_path: Path) -> None:
    def interrupted() -> Pages:
        raise KeyboardInterrupt

    host = host_with(Plugin(contacts_answering(interrupted)), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        host.fetch_contacts("mine", None)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("token=abc", "token=***"),
        ("the token: abc123", "the token: ***"),
        ('{"access_token": "abc"}', '{"access_token": ***"}'),
        ("it refused the token: make a new one", "it refused the token: make a new one"),
    ],
)
def test_what_looks_like_a_credential_is_hidden_and_plain_words_are_not(
    said: str, told: str
) -> None:
    assert redact(said, ()) == told
