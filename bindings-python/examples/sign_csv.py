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
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

import visiono_workflow
from visiono_workflow import ConfigurationError, InvalidArgument, Workflow

NEEDED = ("unique_value", "source", "reference")
T = TypeVar("T")


def with_progress(rows: Iterable[T], total: int) -> Iterator[T]:
    """Prints the progress on standard error: on a terminal in one line, else every 10 seconds."""
    is_terminal = sys.stderr.isatty()
    every = 0.1 if is_terminal else 10.0
    end = "\r" if is_terminal else "\n"
    said = time.monotonic()
    for done, row in enumerate(rows):
        now = time.monotonic()
        if now - said >= every:
            said = now
            print(f"{done} of {total} rows ({done * 100 // total} %)", end=end, file=sys.stderr)
        yield row
    print(f"{total} of {total} rows (100 %)", file=sys.stderr)


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
    refused = 0
    for row in with_progress(reader, total):
        try:
            fields = {name: row[name] or "" for name in NEEDED}
            row["url"] = workflow.sign_link(
                slug=slug,
                unique_value=fields["unique_value"],
                source=fields["source"],
                reference=fields["reference"],
            )
        except (ConfigurationError, InvalidArgument) as error:
            refused += 1
            print(f"line {reader.line_num}: {error}", file=sys.stderr)
        else:
            writer.writerow(row)
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
