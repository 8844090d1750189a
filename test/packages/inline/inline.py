"""Runs a Pulumi command on the Python program of a folder: inline.py COMMAND FOLDER.

The program runs in this process, by Pulumi's Automation API, which needs no language host.
"""

import runpy
import sys
from pathlib import Path

from pulumi import automation

command, folder = sys.argv[1], sys.argv[2]


def program() -> None:
    runpy.run_path(str(Path(folder, "__main__.py")), run_name="__main__")


stack = automation.select_stack(
    "test",
    project_name="guests",
    program=program,
    opts=automation.LocalWorkspaceOptions(work_dir=folder),
)
try:
    getattr(stack, command)(on_output=print)
except automation.CommandError:
    # What Pulumi has to say is printed already.
    sys.exit(1)
