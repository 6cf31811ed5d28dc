"""Parses FHIRPath, by precedence climbing, into `nodes`."""

from mappings.sql_on_fhir.errors import ExpressionInvalid, ExpressionUnsupported
from mappings.sql_on_fhir.lexer import Token, tokenize
from mappings.sql_on_fhir.nodes import Binary, Call, Index, Literal, Member, Node, This, Variable

# The binary operators of FHIRPath, from weak to strong; all are read, so that an unsupported one is named as such.
_LEVELS = (
    {"implies"}, {"or", "xor"}, {"and"}, {"in", "contains"}, {"=", "!=", "~", "!~"}, {"<", ">", "<=", ">="}, {"|"},
    {"is", "as"}, {"+", "-", "&"}, {"*", "/", "div", "mod"},
)  # fmt: skip
_PRECEDENCE = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_SUPPORTED = {"or", "and", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/"}
_LITERALS = {
    "datetime": "dateTime", "date": "date", "time": "time",
    "decimal": "decimal", "integer": "integer", "string": "string",
}  # fmt: skip


def parse(expression: str) -> Node:
    """The tree of an expression.

    Raises:
        ExpressionInvalid: it is no FHIRPath.
        ExpressionUnsupported: an operator outside the subset.

    >>> parse("name.family").name
    'family'
    """
    reader = _Reader(tokenize(expression))
    tree = _binary(reader, 0)
    if reader.next.kind != "end":
        raise ExpressionInvalid(f"unexpected {reader.next.text!r}", position=reader.next.position)
    return tree


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at]

    def take(self) -> Token:
        token = self.next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def take_symbol(self, text: str) -> bool:
        if self.next.kind == "symbol" and self.next.text == text:
            self.take()
            return True
        return False

    def expect_symbol(self, text: str) -> None:
        token = self.next
        if not self.take_symbol(text):
            found = "the end" if token.kind == "end" else repr(token.text)
            raise ExpressionInvalid(f"expected {text!r}, got {found}", position=token.position)


def _binary(reader: _Reader, weakest: int) -> Node:
    left = _unary(reader)
    while (level := _operator_level(reader.next)) is not None and level >= weakest:
        operator = reader.take()
        if operator.text not in _SUPPORTED:
            raise ExpressionUnsupported(f"operator {operator.text!r} is not supported", position=operator.position)
        left = Binary(operator.text, left, _binary(reader, level + 1), operator.position)
    return left


def _operator_level(token: Token) -> int | None:
    return _PRECEDENCE.get(token.text) if token.kind in {"symbol", "name"} else None


def _unary(reader: _Reader) -> Node:
    sign = reader.next
    if reader.take_symbol("+"):
        return _unary(reader)
    if reader.take_symbol("-"):
        operand = _unary(reader)
        if isinstance(operand, Literal) and operand.fhir_type in {"integer", "decimal"}:
            return Literal(f"-{operand.text}", operand.fhir_type, sign.position)
        return Binary("-", Literal("0", "integer", sign.position), operand, sign.position)
    return _postfix(reader, _term(reader))


def _postfix(reader: _Reader, target: Node) -> Node:
    while True:
        position = reader.next.position
        if reader.take_symbol("."):
            target = _invocation(reader, target)
        elif reader.take_symbol("["):
            index = _binary(reader, 0)
            reader.expect_symbol("]")
            target = Index(target, index, position)
        else:
            return target


def _invocation(reader: _Reader, target: Node) -> Node:
    token = reader.take()
    if token.kind == "this":
        return target
    if token.kind != "name":
        found = "the end" if token.kind == "end" else repr(token.text)
        raise ExpressionInvalid(f"expected a name, got {found}", position=token.position)
    if not reader.take_symbol("("):
        return Member(target, token.text, token.position)
    return Call(target, token.text, _arguments(reader), token.position)


def _arguments(reader: _Reader) -> tuple[Node, ...]:
    if reader.take_symbol(")"):
        return ()
    arguments = [_binary(reader, 0)]
    while reader.take_symbol(","):
        arguments.append(_binary(reader, 0))
    reader.expect_symbol(")")
    return tuple(arguments)


def _term(reader: _Reader) -> Node:
    token = reader.next
    if token.kind in _LITERALS:
        reader.take()
        return Literal(token.text, _LITERALS[token.kind], token.position)
    if token.kind == "variable":
        reader.take()
        return Variable(token.text, token.position)
    if token.kind == "this":
        reader.take()
        return This(token.position)
    if reader.take_symbol("("):
        inside = _binary(reader, 0)
        reader.expect_symbol(")")
        return inside
    return _name_term(reader)


def _name_term(reader: _Reader) -> Node:
    token = reader.next
    if token.kind == "name" and token.text in {"true", "false"}:
        reader.take()
        return Literal(token.text, "boolean", token.position)
    if token.kind == "symbol" and token.text == "{":
        raise ExpressionUnsupported("the empty collection {} is not supported", position=token.position)
    return _invocation(reader, This(token.position))
