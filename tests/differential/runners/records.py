"""Reads messages from standard input, and writes answers to standard output."""

import struct
import sys


def records():
    """Reads the records of standard input, each a list of byte strings.

    The number of strings and the length of each are four bytes in little-endian order.
    """
    data = sys.stdin.buffer.read()
    read = struct.Struct("<I").unpack_from
    place = 0
    while place < len(data):
        (count,) = read(data, place)
        place += 4
        record = []
        for _ in range(count):
            (size,) = read(data, place)
            record.append(data[place + 4 : place + 4 + size])
            place += 4 + size
        yield record


def answer_all(answer):
    """Answers every record except the first, which has the keys."""
    pack = struct.Struct("<I").pack
    messages = records()
    keys = [part.decode() for part in next(messages)]
    answers = []
    for record in messages:
        parts = [str(part).encode() for part in answer(record, keys)]
        answers.append(pack(len(parts)))
        for part in parts:
            answers += (pack(len(part)), part)
    sys.stdout.buffer.write(b"".join(answers))


def headers_of(record):
    """Returns the headers of a webhook's record, as names and values."""
    texts = [part.decode() for part in record[2:]]
    return list(zip(texts[::2], texts[1::2]))
