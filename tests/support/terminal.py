"""Runs the program at a pseudo-terminal, as a person does."""
import fcntl
import os
import pty
import struct
import termios

import survey


class Terminal:
    """A terminal of `columns`, to be given to a program as any of its streams."""

    def __init__(self, columns):
        self.columns = columns
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def become_controlling(self):
        """Called in the child: Ctrl-C is for it from now on."""
        os.setsid()
        fcntl.ioctl(self.theirs, termios.TIOCSCTTY, 0)

    def start(self, args, streams=("stderr",), **kw):
        kw.update((stream, self.theirs) for stream in streams)
        process = survey.start(args, preexec_fn=self.become_controlling, **kw)
        os.close(self.theirs)
        return process

    def press(self, key):
        os.write(self.ours, key)

    def read(self, until=None):
        """What comes until those bytes do, or until nobody writes there any more."""
        seen = b""
        while until is None or until not in seen:
            try:
                piece = os.read(self.ours, 4096)
            except OSError:  # the other side is closed
                break
            seen += piece
        return seen

    def close(self):
        os.close(self.ours)


def lines(seen):
    """What stands on the lines of the screen when all was written, and all lines that were rewritten."""
    final, rewritten = [], []
    for line in seen.decode().split("\n"):
        row = ""
        for piece in line.split("\r"):
            if piece.strip():
                rewritten.append(piece)
            row = piece + row[len(piece):]
        final.append(row.rstrip())
    return final, rewritten
