"""The private key of a SMART client: from the text of a PEM or a JWKS, RSA for RS384 or EC P-384 for ES384."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ehr.errors import TokenRefused

CURVE = "secp384r1"
# What RFC 7638 hashes, by kind of key.
THUMBPRINT = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}
PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, the algorithm that belongs to it, and the name by which the server knows its public half."""

    key: PrivateKey
    algorithm: str
    key_id: str


def read_key(text: str, key_id: str | None) -> SigningKey:
    """Read the signing key; without a `key_id` a JWKS gives its first private key, a PEM the key's thumbprint.

    Raises:
        TokenRefused: no private key in it, or of a kind that SMART does not sign with.
    """
    try:
        if text.lstrip().startswith("{"):
            return _from_jwks(json.loads(text), key_id)
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, KeyError, jwt.PyJWTError, UnsupportedAlgorithm) as error:
        kind = type(error).__name__
        raise TokenRefused(
            f"server.key_file or key_block holds no private key that can be read ({kind}); a PEM without password or "
            "a JWKS is wanted. Nothing was landed."
        ) from None
    return _signing_key(key, key_id)


def _from_jwks(content: dict[str, Any], key_id: str | None) -> SigningKey:
    listed = content.get("keys", [content])
    for entry in listed:
        if "d" in entry and (key_id is None or entry.get("kid") == key_id):
            return _signing_key(jwt.PyJWK(entry, algorithm=_algorithm_of(entry)).key, entry.get("kid"))
    raise ValueError("no such private key")


def _algorithm_of(entry: dict[str, Any]) -> str:
    return "RS384" if entry.get("kty") == "RSA" else "ES384"


def _signing_key(key: object, key_id: str | None) -> SigningKey:
    if isinstance(key, RSAPrivateKey):
        return SigningKey(key, "RS384", key_id or _thumbprint(key, "RS384"))
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name == CURVE:
        return SigningKey(key, "ES384", key_id or _thumbprint(key, "ES384"))
    raise ValueError("neither RSA nor EC P-384")


def _thumbprint(key: PrivateKey, algorithm: str) -> str:
    public = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key()))
    content = json.dumps({name: public[name] for name in THUMBPRINT[public["kty"]]}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).decode().rstrip("=")
