"""Secrets from Prefect Secret blocks: read once where they are first needed, kept in memory, shown nowhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from flows.errors import SettingsRejected
from flows.settings import Settings, prepare_prefect

__all__ = ["KeptSecret", "secret_of"]


@dataclass(slots=True)
class KeptSecret:
    """A secret that costs a question to Prefect: asked for once. Safe to use from several threads."""

    read: Callable[[], str]
    value: str | None = field(default=None, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self) -> str:
        """The secret as it was read first."""
        with self.lock:
            if self.value is None:
                self.value = self.read()
            return self.value

    def again(self) -> str:
        """The secret as the block has it now: somebody may have changed it since."""
        with self.lock:
            self.value = self.read()
            return self.value


def secret_of(settings: Settings, kind: str) -> Callable[[], str] | None:
    """How to read a secret of the server (`token`, `password`, `key`); None where none is given.

    The environment comes before a file, a file before a block. The first two are read each time, because files are
    renewed under running programs; a block once.

    Raises:
        SettingsRejected: a file that is named cannot be read.
    """
    name = f"server.{kind}"
    if settings.secret(name) is not None:
        return lambda: settings.secret(name) or ""
    block = settings[f"{name}_block"]
    return None if block is None else KeptSecret(lambda: _read(settings, f"{name}_block", block))


def _read(settings: Settings, key: str, block: str) -> str:
    """The content of a block, asked of the Prefect server that flows use here.

    Raises:
        SettingsRejected: there is no such block, it holds no text, or Prefect cannot be asked.
    """
    prepare_prefect(settings.home)
    import httpx
    from prefect.blocks.system import Secret

    try:
        found = Secret.load(block)
        content = found.get() if isinstance(found, Secret) else None
    except ValueError:
        content = None
    except (httpx.HTTPError, RuntimeError) as error:
        raise SettingsRejected(
            f"{key}: Prefect cannot be asked for the block ({type(error).__name__}). Nothing was changed; check "
            "PREFECT_API_URL."
        ) from None
    if not isinstance(content, str) or not content.strip():
        raise SettingsRejected(
            f"{key}: Prefect has no Secret block {block} that holds text. Nothing was changed; make one, or name "
            "another."
        )
    return content.strip()
