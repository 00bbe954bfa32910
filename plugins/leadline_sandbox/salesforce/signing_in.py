"""The login host: OAuth by signed assertion or by client credentials, and the old SOAP login."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import jwt
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.clock import real_seconds
from leadline_sandbox.salesforce.org import Org, org_of
from leadline_sandbox.salesforce.sessions import ORGANIZATION

router = APIRouter()

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
_LONGEST = 210  # seconds: an assertion lives three minutes, and clocks differ
_SOAP_ENDS = 65.0
_PARTNER = "{urn:partner.soap.sforce.com}"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com">'
    "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)
_SIGNED_IN = (
    "<loginResponse><result><passwordExpired>false</passwordExpired><sandbox>false</sandbox>"
    "<serverUrl>{server}</serverUrl><sessionId>{session}</sessionId><userId>{user}</userId>"
    "<userInfo><organizationId>{organization}</organizationId></userInfo></result></loginResponse>"
)
_FAULT = (
    "<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring>"
    "<detail><sf:LoginFault><sf:exceptionCode>{code}</sf:exceptionCode>"
    "<sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>"
)


class OAuthRefused(Exception):
    """A login that is refused: the error and its description, as an object and not an array."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


@router.post("/services/oauth2/token")
async def token(request: Request) -> Response:
    """A new session; no flow of these gives a refresh token."""
    crm = org_of(request)
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    try:
        if form.get("grant_type") == _JWT_BEARER:
            _check_assertion(crm, form.get("assertion", ""))
        elif form.get("grant_type") == "client_credentials":
            _check_client(crm, request, form)
        else:
            raise OAuthRefused("unsupported_grant_type", "grant type not supported")
    except OAuthRefused as refused:
        return JSONResponse({"error": refused.error, "error_description": refused.description}, 400)
    return JSONResponse(_granted(crm))


@router.post("/services/Soap/u/{version}")
async def soap_login(request: Request, version: str) -> Response:
    """A session for a password with the security token behind it."""
    crm = org_of(request)
    app = crm.sessions.app
    if not _is_version(version) or float(version) >= _SOAP_ENDS:
        return _fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
    if not crm.options.soap_login:
        return _fault("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")
    try:
        body = ElementTree.fromstring(await request.body())
    except ElementTree.ParseError:
        return _fault("INVALID_TYPE", "the request is not XML")
    given = tuple(body.findtext(f".//{_PARTNER}{name}", "") for name in ("username", "password"))
    if given != (app.username, app.password + app.security_token):
        return _fault(
            "INVALID_LOGIN", "Invalid username, password, security token; or user locked out."
        )
    server = f"{crm.url}/services/Soap/u/{version}"
    signed_in = _SIGNED_IN.format(
        server=escape(server),
        session=crm.sessions.sign_in(),
        user=crm.store.user,
        organization=ORGANIZATION,
    )
    return Response(_ENVELOPE.format(body=signed_in), media_type="text/xml")


@router.get("/services/oauth2/userinfo")
async def user_info(request: Request) -> Response:
    """Who the session's user is."""
    crm = org_of(request)
    return JSONResponse(
        {
            "sub": f"{crm.url}/id/{ORGANIZATION}/{crm.store.user}",
            "user_id": crm.store.user,
            "organization_id": ORGANIZATION,
            "preferred_username": crm.username,
            "user_type": "STANDARD",
            "active": True,
        }
    )


def _check_assertion(crm: Org, assertion: str) -> None:
    """Signature, issuer, audience, life and user of a JWT, each with Salesforce's own words."""
    app = crm.sessions.app
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            app.public_key,
            algorithms=["RS256"],
            # Each of these is looked at below, and has its own answer.
            options={"verify_exp": False, "verify_aud": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        raise OAuthRefused("invalid_grant", "invalid assertion") from None
    if claims.get("iss") != app.consumer_key:
        raise OAuthRefused("invalid_client_id", "client identifier invalid")
    if claims.get("aud") not in (*_LOGIN_HOSTS, crm.url):
        raise OAuthRefused("invalid_grant", "audience is invalid")
    # Who signs knows the machine's time alone, whatever the org's clock was put to.
    left = _number(claims.get("exp")) - real_seconds()
    if not 0 < left <= _LONGEST:
        raise OAuthRefused("invalid_grant", "expired assertion" if left <= 0 else "invalid expiry")
    if claims.get("sub") != app.username or not crm.options.approved:
        raise OAuthRefused("invalid_grant", "user hasn't approved this consumer")


def _check_client(crm: Org, request: Request, form: dict[str, str]) -> None:
    app = crm.sessions.app
    if f"https://{request.headers.get('host', '')}" in _LOGIN_HOSTS:
        raise OAuthRefused("invalid_grant", "request not supported on this domain")
    given = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
    if given[0] != app.consumer_key:
        raise OAuthRefused("invalid_client_id", "client identifier invalid")
    if given[1] != app.consumer_secret:
        raise OAuthRefused("invalid_client", "invalid client credentials")
    if not crm.options.run_as_user:
        raise OAuthRefused("invalid_grant", "no client credentials user enabled")


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthRefused("invalid_client", "invalid client credentials") from None
    return name, secret


def _granted(crm: Org) -> dict[str, str]:
    return {
        "access_token": crm.sessions.sign_in(),
        "scope": "api",
        "instance_url": crm.url,
        "id": f"{crm.url}/id/{ORGANIZATION}/{crm.store.user}",
        "token_type": "Bearer",
    }


def _fault(code: str, message: str) -> Response:
    body = _FAULT.format(code=code, message=escape(message))
    return Response(_ENVELOPE.format(body=body), 500, media_type="text/xml")


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _is_version(text: str) -> bool:
    whole, _, part = text.partition(".")
    return whole.isdigit() and part.isdigit()
