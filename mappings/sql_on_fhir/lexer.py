"""Cuts a FHIRPath expression into tokens."""

import re
from dataclasses import dataclass

from mappings.sql_on_fhir.errors import ExpressionInvalid

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<datetime>@[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?T(?:[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})?)?)
  | (?P<time>@T[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?)
  | (?P<date>@[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)
  | (?P<decimal>[0-9]+\.[0-9]+)
  | (?P<integer>[0-9]+)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*|`(?:[^`\\]|\\.)*`)
  | (?P<this>\$this\b)
  | (?P<variable>%(?:[A-Za-z_][A-Za-z0-9_]*|`[^`]*`|'[^']*'))
  | (?P<symbol><=|>=|!=|!~|[.\[\](),=<>+\-*/|&~{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)


@dataclass(frozen=True)
class Token:
    """A piece of an expression; `text` is unquoted and unescaped, `position` counts characters from 1."""

    kind: str
    text: str
    position: int


def tokenize(expression: str) -> list[Token]:
    """The tokens of an expression, ended by one of kind `end`.

    Raises:
        ExpressionInvalid: a character that begins no token of FHIRPath.
    """
    tokens: list[Token] = []
    offset = 0
    while offset < len(expression):
        match = _TOKEN.match(expression, offset)
        if match is None or match.lastgroup is None:
            raise ExpressionInvalid(f"unexpected {expression[offset]!r}", position=offset + 1)
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, _content(match.lastgroup, match[0]), offset + 1))
        offset = match.end()
    return [*tokens, Token("end", "", offset + 1)]


def _content(kind: str, text: str) -> str:
    if kind in {"datetime", "date"}:
        return text[1:].removesuffix("T")
    if kind == "time":
        return text[2:]
    if kind == "variable":
        return text[1:].strip("`'")
    if kind == "string" or text.startswith("`"):
        return _ESCAPE.sub(_unescaped, text[1:-1])
    return text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code.startswith("u") and len(code) == 5:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)
