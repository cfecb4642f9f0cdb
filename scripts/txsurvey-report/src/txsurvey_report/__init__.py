"""What surveys by txsurvey have found, for eyes: figures of their records, as a page, a text or tables."""

__version__ = "0.1.0"  # the program's: CMakeLists.txt has it, too, and a test compares
