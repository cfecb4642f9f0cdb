"""What surveys by txsurvey have found, for eyes: figures of their records, as a page, a text or tables."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("txsurvey-report")
except PackageNotFoundError:  # run from its source folder
    __version__ = "0.1.0"
