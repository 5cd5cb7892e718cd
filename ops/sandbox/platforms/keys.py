"""Keys: what the stand-ins gave the hub to prove who asks. Made once, kept in the home, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

POOL, REGISTRY, GATEWAY, CNIPR = "POOL_KEY", "REGISTRY_KEY", "CONTRACT_GATEWAY_KEY", "CNIPR_KEY"
NAMES = (POOL, REGISTRY, GATEWAY, CNIPR)
KEY_BYTES = 16  # 32 signs in hexadecimal: a key of AES-256 as well


class Keys:
    """The keys by the names that the definitions give them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._values = {name: self._made_once(name) for name in NAMES}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def files(self) -> dict[str, str]:
        """The file of each key, as ``TONGDA_SECRET_<NAME>_FILE`` names it."""
        return {name: str((self.folder / name).absolute()) for name in NAMES}

    def _made_once(self, name: str) -> str:
        file = self.folder / name
        if file.exists():
            return file.read_text().strip()
        value = secrets.token_hex(KEY_BYTES)
        part = file.with_name(f"{name}.part")
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(f"{value}\n")
        os.replace(part, file)
        return value
