"""What every benchmark prints: the machine's load, and tables."""

import os


def load(when):
    print(f"load {when}: {os.getloadavg()[0]:.2f} (2 cores or fewer: anything else running falsifies this)")


def table(rows, head):
    widths = [max(len(str(row[at])) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)))
    print()
