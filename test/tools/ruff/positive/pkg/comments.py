# ruff: noqa
# ruff: file-ignore[S]
# flake8: noqa
import os  # noqa
# ruff: disable[S605]
os.system(cmd)  # noqa: S605
# ruff: enable[S605]
os.system(cmd)  # ruff: ignore[S605]
