"""What tells two contents, or two values, apart."""

from __future__ import annotations

import hashlib

import msgspec


def digest_bytes(data: bytes | memoryview) -> str:
    """The BLAKE2b digest (16 bytes, in hexadecimal) of some bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


# The order of a mapping is part of the value, since a template may loop over it. So is, for want of a better, that of
# a set, which differs from process to process: an answer with a set would be right and never fresh.
_encode = msgspec.msgpack.Encoder().encode


def digest(value: object) -> str:
    """The digest of a value: builtins, dates, records of msgspec, and collections of these; TypeError for others."""
    return hashlib.blake2b(_encode(value), digest_size=16).hexdigest()
