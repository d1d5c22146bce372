"""The first tab: a person, a movement, two colours, and the video."""

from pathlib import Path
from typing import Any

import gradio as gr

from hueman.box.examples import example_people
from hueman.clips.pictures import PICTURE_SUFFIXES
from hueman.clips.video import VIDEO_SUFFIXES
from hueman.generation.actions import builtin_actions
from hueman.studio.events import LOOKING, key_of, long_work, teller
from hueman.studio.garments import OutfitChoice, outfit_of
from hueman.studio.plain import in_plain_words
from hueman.studio.sessions import Sessions
from hueman.studio.view import View

FIRST_ACTION = "wave_right"


class VideoCallbacks:
    """What the tab does. All of it shows the outfit whose four choices come with it."""

    def __init__(self, sessions: Sessions, view: View):
        self._sessions = sessions
        self._view = view

    @in_plain_words
    def begin(self, upper, upper_other, lower, lower_other, request: gr.Request) -> list[Any]:
        """Open the page: the first person does the first action."""
        session = self._sessions.begin(key_of(request))
        session.choose_action(FIRST_ACTION)
        session.choose_example(next(iter(example_people())))
        return self.preview(upper, upper_other, lower, lower_other, request)

    @in_plain_words
    def preview(self, upper, upper_other, lower, lower_other, request: gr.Request) -> list[Any]:
        """Show the outfit at once."""
        outfit = outfit_of(upper, upper_other, lower, lower_other)
        return self._view.with_picture(self._sessions.of(key_of(request)).preview(outfit))

    @in_plain_words
    def example(
        self,
        upper,
        upper_other,
        lower,
        lower_other,
        chosen: gr.SelectData,
        request: gr.Request,
    ) -> list[Any]:
        """Take one of the people in the box."""
        self._sessions.of(key_of(request)).choose_example(list(example_people())[chosen.index])
        return self.preview(upper, upper_other, lower, lower_other, request)

    @in_plain_words
    def person(self, upload, upper, upper_other, lower, lower_other, request: gr.Request):
        """Take the person that an upload shows."""
        session = self._sessions.of(key_of(request))
        session.take_upload(Path(upload), session.choose_person)
        shown = self.preview(upper, upper_other, lower, lower_other, request)
        return [gr.Gallery(selected_index=None), *shown]

    @in_plain_words
    def action(self, name, upper, upper_other, lower, lower_other, request: gr.Request) -> Any:
        """Take one of the actions that come with hueman."""
        if name is None:  # as it is while an upload is taken
            return gr.skip()
        self._sessions.of(key_of(request)).choose_action(name)
        return self.preview(upper, upper_other, lower, lower_other, request)

    @in_plain_words
    def movement(self, upload, upper, upper_other, lower, lower_other, request: gr.Request):
        """Take the movement that an upload shows."""
        session = self._sessions.of(key_of(request))
        session.take_upload(Path(upload), session.choose_movement)
        shown = self.preview(upper, upper_other, lower, lower_other, request)
        return [gr.Dropdown(value=None), *shown]

    def video(
        self,
        upper,
        upper_other,
        lower,
        lower_other,
        request: gr.Request,
        progress=gr.Progress(),
    ) -> list[Any]:
        """Make the whole video."""
        outfit = outfit_of(upper, upper_other, lower, lower_other)
        with self._sessions.turn(key_of(request)) as session:
            made = session.video(outfit, teller(progress))
        return self._view.with_video(made.path, [str(met) for met in made.met])


def add_video_tab(sessions: Sessions, view: View) -> tuple[OutfitChoice, VideoCallbacks]:
    """Put the tab on the page that is being built; return the choice of colours."""
    do = VideoCallbacks(sessions, view)
    people, person_upload, movement, movement_upload = _choices()
    outfit = OutfitChoice.add()
    with gr.Row():
        make = gr.Button("Make the video", variant="primary", elem_id="make")
        stop = gr.Button("Stop", visible=False, elem_id="stop")
    colors, parts = outfit.inputs, view.parts
    looking: dict[str, Any] = {**LOOKING, "show_progress_on": view.picture}
    people.select(do.example, colors, parts, **looking)
    person_upload.upload(do.person, [person_upload, *colors], [people, *parts], **looking)
    movement.input(do.action, [movement, *colors], parts, **looking)
    movement_upload.upload(do.movement, [movement_upload, *colors], [movement, *parts], **looking)
    outfit.when_chosen(do.preview, colors, parts)
    long_work(make, stop, view, sessions, do.video, colors)
    return outfit, do


def _choices() -> tuple[gr.Gallery, gr.UploadButton, gr.Dropdown, gr.UploadButton]:
    """Add the choices of a person and of a movement."""
    people = gr.Gallery(
        [(str(path), name.capitalize()) for name, path in example_people().items()],
        label="Person",
        columns=3,
        height="auto",
        object_fit="cover",
        allow_preview=False,
        selected_index=0,
        buttons=[],
        interactive=False,
        elem_id="people",
    )
    person_upload = gr.UploadButton(
        "Or a picture or clip of your own",
        file_types=[*PICTURE_SUFFIXES, *VIDEO_SUFFIXES],
        size="sm",
        elem_classes="quiet",
        elem_id="person-upload",
    )
    movement = gr.Dropdown(
        [(name.replace("_", " ").capitalize(), name) for name in builtin_actions()],
        value=FIRST_ACTION,
        label="Movement",
        filterable=False,
        elem_id="movement",
    )
    movement_upload = gr.UploadButton(
        "Or a clip of your own",
        file_types=list(VIDEO_SUFFIXES),
        size="sm",
        elem_classes="quiet",
        elem_id="movement-upload",
    )
    return people, person_upload, movement, movement_upload
