"""Signs a link for every row of a CSV file, and writes the rows with an additional column `url`.

The file has a header with the columns unique_value, source and reference, and may have others.
The secret is read from the environment variable VISIONO_WORKFLOW_SECRET.

A row that can't be signed is named on standard error, is left out, and makes the exit status 1.
"""

import argparse
import csv
import os
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import TextIO

import visiono_workflow
from visiono_workflow import ConfigurationError, Workflow

NEEDED = ("unique_value", "source", "reference")
# The rows that are in memory at once.
CHUNK = 10_000


class Progress:
    """Shows the progress on standard error: on a terminal as a bar, else every 10 seconds."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.is_terminal = sys.stderr.isatty()
        self.started = self.said = time.monotonic()

    def show(self, done: int) -> None:
        now = time.monotonic()
        if done < self.total and now - self.said < (0.1 if self.is_terminal else 10):
            return
        self.said = now
        share = done / self.total
        line = f"{done} of {self.total} rows ({share:.0%})"
        if self.is_terminal:
            rate = done / max(now - self.started, 0.001)
            line = f"[{'#' * int(share * 30):30}] {line}, {rate:,.0f} per second"
        self.say(line, end="" if self.is_terminal and done < self.total else "\n")

    def say(self, line: str, end: str = "\n") -> None:
        """Prints a line, in the place of the bar if it is there."""
        print(f"\r\x1b[K{line}" if self.is_terminal else line, end=end, file=sys.stderr, flush=True)


def chunks(reader: "csv.DictReader[str]") -> Iterator[list[tuple[int, dict[str, str]]]]:
    """Reads the rows, each with the number of its line."""
    rows = ((reader.line_num, row) for row in reader)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def sign(workflow: Workflow, slug: str, rows: TextIO, out: TextIO) -> int:
    """Signs every row, and returns how many could not be."""
    total = sum(1 for _ in csv.DictReader(rows))
    rows.seek(0)
    reader = csv.DictReader(rows)
    columns = list(reader.fieldnames or ())
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise SystemExit(f"the file has no column {', '.join(missing)}: add it to the header")
    writer = csv.DictWriter(out, [*columns, "url"], extrasaction="ignore")
    writer.writeheader()
    progress = Progress(total)
    done = refused = 0
    for chunk in chunks(reader):
        fields = [[row[name] or "" for name in NEEDED] for _, row in chunk]
        urls = workflow.sign_links(fields, slug=slug, return_exceptions=True)
        for (line, row), url in zip(chunk, urls):
            if isinstance(url, str):
                writer.writerow({**row, "url": url})
            else:
                refused += 1
                # It begins with the position in the chunk.
                progress.say(f"line {line}: {str(url).removeprefix(f'rows[{url.row_index}]: ')}")
        done += len(chunk)
        progress.show(done)
    return refused


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("slug", help="the end of the Smart Link, such as damage-report")
    parser.add_argument("file", help="the CSV file, in UTF-8")
    parser.add_argument("-o", "--output", help="a new file to write; standard output if not given")
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {visiono_workflow.__version__}"
    )
    arguments = parser.parse_args()
    secret = os.environ.get("VISIONO_WORKFLOW_SECRET")
    if not secret:
        parser.error("set VISIONO_WORKFLOW_SECRET to the workflow secret that Visiono shows")
    try:
        workflow = Workflow(secret)
        # Wrong for every row, so printed once.
        workflow.sign_link(slug=arguments.slug, unique_value="a", source="a", reference="a")
        with open(arguments.file, encoding="utf-8-sig", newline="") as rows:
            if arguments.output is None:
                refused = sign(workflow, arguments.slug, rows, sys.stdout)
            else:
                # A file that is there is not written over: it may be the one that is read.
                with open(arguments.output, "x", encoding="utf-8", newline="") as out:
                    refused = sign(workflow, arguments.slug, rows, out)
    except ConfigurationError as error:
        parser.error(str(error))
    except UnicodeDecodeError as error:
        parser.exit(2, f"{parser.prog}: {arguments.file} is not UTF-8: {error}\n")
    except csv.Error as error:
        parser.exit(2, f"{parser.prog}: {arguments.file} is not CSV: {error}\n")
    except OSError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
