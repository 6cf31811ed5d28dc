"""What a server says it can do, read once at the start of a pull."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ehr.bundles import Resource, read_resource
from ehr.client import Client
from ehr.errors import AnswerUnusable, ConnectionLost, PlanRefused, RequestRefused, ServerUnreachable

NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Capability:
    """Types that the server offers (None: it does not say), and those whose history can be asked for."""

    types: frozenset[str] | None
    histories: frozenset[str]

    def offers(self, resource_type: str) -> bool:
        """Whether it makes sense to ask for a type; a silent server is asked."""
        return self.types is None or resource_type in self.types


def read_capability(client: Client) -> Capability:
    """Ask for the CapabilityStatement.

    Raises:
        ServerUnreachable: nobody answers, or the answer is not that of a FHIR server.
        PlanRefused: the server speaks another FHIR version than R4.
        TokenRefused: see `Client.get`.
    """
    host = client.access.host
    try:
        statement = client.get(f"{client.access.base}/metadata", read_resource)
    except ConnectionLost as error:
        raise ServerUnreachable(
            f"no server answers at {host}: {error}. Nothing was landed; check server.url, proxy and certificates."
        ) from error
    except AnswerUnusable as error:
        raise ServerUnreachable(
            f"{host} does not answer as a FHIR server: {error}. Nothing was landed; check server.url."
        ) from error
    except RequestRefused as error:
        if error.status == NOT_FOUND:
            raise ServerUnreachable(
                f"{host} has no FHIR metadata at this address (404). Nothing was landed; check server.url."
            ) from error
        return Capability(None, frozenset())
    return _capability(statement, host)


def _capability(statement: Resource, host: str) -> Capability:
    version = statement.get("fhirVersion")
    if isinstance(version, str) and not version.startswith("4."):
        raise PlanRefused(f"{host} speaks FHIR {version[:8]}, we read R4 (4.x). Nothing was landed.")
    offered = list(_resources(statement))
    histories = frozenset(
        resource["type"]
        for resource in offered
        for interaction in resource.get("interaction") or ()
        if isinstance(interaction, dict) and interaction.get("code") == "history-type"
    )
    types = frozenset(str(resource["type"]) for resource in offered)
    return Capability(types or None, histories)


def _resources(statement: Resource) -> Iterator[dict[str, Any]]:
    for rest in statement.get("rest") or ():
        for resource in (rest.get("resource") or ()) if isinstance(rest, dict) else ():
            if isinstance(resource, dict) and resource.get("type"):
                yield resource
