"""The compact form of Thrift, in which Parquet describes itself: numbers, lists and structs; texts are skipped."""

from typing import Any

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_DEEPEST = 16

Fields = dict[int, Any]


def read_struct(data: memoryview, position: int, depth: int = 0) -> tuple[Fields, int]:
    """Read one struct.

    Args:
        data: Bytes.
        position: Where it begins.
        depth: How many structs and lists stand around it.

    Returns:
        Number of the field -> whole number, list or struct; None for what is skipped. And the position behind it.

    Raises:
        IndexError: The data end within it.
        ValueError: It is no struct of Parquet.

    Source: thrift/doc/specs/thrift-compact-protocol.md.

    Example:
        >>> read_struct(memoryview(bytes([0x15, 0x02, 0x00])), 0)
        ({1: 1}, 3)
    """
    if depth > _DEEPEST:
        raise ValueError("too deep")
    fields: Fields = {}
    field = 0
    while data[position]:
        kind, step = data[position] & 15, data[position] >> 4
        position += 1
        if step:
            field += step
        else:
            field, position = _zigzag(data, position)
        if kind in (_TRUE, _FALSE):
            fields[field] = int(kind == _TRUE)
        else:
            fields[field], position = _value(data, position, kind, depth)
    return fields, position + 1


def _value(data: memoryview, position: int, kind: int, depth: int) -> tuple[Any, int]:
    if kind in (_TRUE, _FALSE, _BYTE):
        return data[position], position + 1
    if _BYTE < kind < _DOUBLE:
        return _zigzag(data, position)
    if kind == _DOUBLE:
        return None, position + 8
    if kind == _BINARY:
        length, position = _varint(data, position)
        return None, position + length
    if kind in (_LIST, _SET):
        return _list(data, position, depth)
    if kind == _STRUCT:
        return read_struct(data, position, depth + 1)
    raise ValueError("Parquet has no maps")


def _list(data: memoryview, position: int, depth: int) -> tuple[list[Any], int]:
    size, kind = data[position] >> 4, data[position] & 15
    position += 1
    if size == 15:
        size, position = _varint(data, position)
    if size > len(data) - position or depth > _DEEPEST:
        raise ValueError("a list goes on behind the end")
    values = []
    for _ in range(size):
        value, position = _value(data, position, kind, depth + 1)
        values.append(value)
    return values, position


def _zigzag(data: memoryview, position: int) -> tuple[int, int]:
    number, position = _varint(data, position)
    return (number >> 1) ^ -(number & 1), position


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, position
        shift += 7
        if shift > 63:
            raise ValueError("a number does not end")
