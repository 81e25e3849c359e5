"""The one place where tests let time pass: a load has its pace, a fault its moment, a network its delay. Nobody waits for an event here."""

from __future__ import annotations

import asyncio


async def pause(seconds: float) -> None:
    """Lets so much time pass; 0 is a turn of the loop."""
    await asyncio.sleep(seconds)
