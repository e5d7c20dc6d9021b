<?php

declare(strict_types=1);

/**
 * Reads the records of standard input, each a list of byte strings. The number of strings and the
 * length of each are four bytes in little-endian order.
 *
 * @return Generator<list<string>>
 */
function records(): Generator
{
    $input = stream_get_contents(STDIN);
    $length = strlen($input);
    for ($place = 0; $place < $length;) {
        $count = unpack('V', $input, $place)[1];
        $place += 4;
        $record = [];
        for ($part = 0; $part < $count; $part++) {
            $size = unpack('V', $input, $place)[1];
            $record[] = substr($input, $place + 4, $size);
            $place += 4 + $size;
        }
        yield $record;
    }
}

/** Answers every record except the first, which has the keys. */
function answer_all(callable $answer): void
{
    $records = records();
    $keys = $records->current();
    $answers = [];
    for ($records->next(); $records->valid(); $records->next()) {
        $parts = $answer($records->current(), $keys);
        $bytes = pack('V', count($parts));
        foreach ($parts as $part) {
            $part = (string) $part;
            $bytes .= pack('V', strlen($part)) . $part;
        }
        $answers[] = $bytes;
    }
    fwrite(STDOUT, implode('', $answers));
}

/**
 * Returns the headers of a webhook's record.
 *
 * @param list<string> $record
 * @return list<array{string, string}>
 */
function headers_of(array $record): array
{
    return array_chunk(array_slice($record, 2), 2);
}
