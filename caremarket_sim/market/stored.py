"""A market as bytes and back: nothing but arrays of the types that a market has, so that reading can run nothing."""

import json
from dataclasses import fields
from math import prod

import numpy as np

from .market import Market, empty_market
from .table import Table, as_bytes


class NotAMarket(ValueError):
    """Bytes that hold no market of this version."""


def to_bytes(market: Market) -> bytes:
    """All arrays of a market one after the other, led by a line that gives each one's name and shape."""
    arrays = dict(_arrays(market))
    shapes = json.dumps([[name, array.shape] for name, array in arrays.items()], separators=(",", ":"))
    return b"\n".join((shapes.encode(), b"".join(array.tobytes() for array in arrays.values())))


def from_bytes(content: bytes) -> Market:
    """The market that `to_bytes` wrote. Raises NotAMarket where lengths, names or numbers of councils do not fit."""
    head, _, body = content.partition(b"\n")
    try:
        shapes = {str(name): tuple(map(int, shape)) for name, shape in json.loads(head)}
        market = empty_market(shapes["levers"][0])
        types = {name: array.dtype for name, array in _arrays(market)}
        arrays, at = {}, 0
        for name, shape in shapes.items():
            dtype = types.get(name, np.dtype(np.float64))
            length = prod(shape) * dtype.itemsize
            arrays[name] = np.frombuffer(bytearray(body[at : at + length]), dtype).reshape(shape)
            at += length
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise NotAMarket(str(error)) from error
    if at != len(body) or types.keys() - arrays.keys():
        raise NotAMarket("it ends too early or too late")
    for part in fields(market):
        value = getattr(market, part.name)
        if isinstance(value, Table):
            blocks = {of: arrays[f"{part.name}.{of}"] for of in type(value).parts()}
            value.add(len(blocks["rows"]) - len(value))
            for of, rows in blocks.items():
                as_bytes(getattr(value, of))[:] = as_bytes(rows)
        elif isinstance(value, list):
            value += [array for name, array in arrays.items() if name.startswith(f"{part.name}.")]
        elif isinstance(value, np.ndarray):
            setattr(market, part.name, arrays[part.name])
    return market


def _arrays(market: Market):
    """Every array of a market with its name: of a table, the parts that are live."""
    for part in fields(market):
        value = getattr(market, part.name)
        if isinstance(value, Table):
            yield from ((f"{part.name}.{of}", getattr(value, of)) for of in type(value).parts())
        elif isinstance(value, list):
            yield from ((f"{part.name}.{place}", array) for place, array in enumerate(value))
        elif isinstance(value, np.ndarray):
            yield part.name, value
