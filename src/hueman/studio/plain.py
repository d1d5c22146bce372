"""Errors in plain words: no traceback, and no path of the machine."""

import functools
import logging
import re
from collections.abc import Callable
from typing import Any, ParamSpec

import gradio as gr

from hueman.errors import HuemanError
from hueman.studio.session import Stopped

P = ParamSpec("P")

_FOLDERS = re.compile(r"(?<![^\s'\"(])(?:[A-Za-z]:)?(?:[\\/][^\\/\s'\"]+)+[\\/](?=[^\\/\s])")
UNFORESEEN = "Something went wrong that nobody foresaw; the studio's terminal says what."


def in_plain_words(callback: Callable[P, Any]) -> Callable[P, Any]:
    """Show what goes wrong in a callback as a note on the page."""

    @functools.wraps(callback)
    def guarded(*arguments: P.args, **named: P.kwargs) -> Any:
        try:
            return callback(*arguments, **named)
        except Stopped:
            gr.Info("Stopped.")
            return gr.skip()
        except HuemanError as error:
            text = without_folders(str(error))
            raise gr.Error(text, print_exception=False) from None
        except gr.Error:
            raise
        except Exception:
            logging.getLogger(__name__).exception("A callback of the studio failed")
            raise gr.Error(UNFORESEEN, print_exception=False) from None

    return guarded


def without_folders(text: str) -> str:
    """Leave of each absolute path only its last part."""
    return _FOLDERS.sub("", text)
