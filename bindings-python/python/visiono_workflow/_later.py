"""The names whose modules need ``typing`` or ``dataclasses``."""

from ._expect import *
from ._payloads import *
from ._results import *
