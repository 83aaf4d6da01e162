"""`vision`: describes what the camera sees."""

import asyncio
from typing import ClassVar

from pipecatapp.errors import UserError
from pipecatapp.text.telling import told
from pipecatapp.tools.camera.model import find_llama_cpp, find_model
from pipecatapp.tools.camera.server import VisionServer
from pipecatapp.tools.camera.source import camera_problem, take_picture
from pipecatapp.tools.tool import Call, Resources, ToolError, Toolset, tool

QUESTION = "What do you see?"
LONGEST_QUESTION = 1000
"""Characters: the picture leaves little room in the model's context."""


class Vision(Toolset):
    """Looks through the camera of the house."""

    namespace: ClassVar[str] = "vision"

    def __init__(self, resources: Resources):
        """Set up the toolset; the first question starts the model.

        Args:
            resources: What the toolset may use of the agent.
        """
        super().__init__(resources)
        self._model = VisionServer(resources.settings)

    async def unavailable(self) -> str | None:
        """Return None if there are a camera and a model, else what is missing."""
        return await asyncio.to_thread(self._missing)

    def _missing(self) -> str | None:
        settings = self.resources.settings
        if settings.mode == "cluster":
            return "It works on a single machine, not yet in a cluster."
        if problem := camera_problem(settings.camera):
            return problem
        try:
            find_model(settings)
            find_llama_cpp(settings)
        except UserError as error:
            return str(error)
        return None

    @tool(
        read_only=True,
        spoken=told,
        examples=(
            "what do you see",
            "is there anyone at the door",
            "look at the camera and tell me what is on the table",
            "what's in front of you right now",
            "can you see me",
            "what am i holding up",
            "take a look and tell me who is in the room",
            "describe what the webcam shows",
            "is the light still on in the kitchen have a look",
            "how many people are sitting here",
            "do you see my keys anywhere",
            "What colour is the shirt I'm wearing?",
            "Check the webcam: is the cat on the sofa?",
            "Look through the camera and describe the room.",
            "Is the window open? Use the camera.",
            "What can you see on the desk?",
            "Has the parcel arrived at the front door? Look, please.",
            "webcam: anyone there?",
            "Take a picture and describe it.",
            "Does the printer's display show an error? Have a look with the camera.",
        ),
        provenance={"question": "derived"},
        act="look",
        explicit=True,
    )
    async def get_observation(self, call: Call, question: str = QUESTION) -> str:
        """Look through the camera now and answer a question about what it sees.

        Args:
            question: What to look for, as a whole question in English.
        """
        if len(question) > LONGEST_QUESTION:
            raise ToolError(f"the question is too long: {LONGEST_QUESTION} characters at most")
        asked = question.strip() or QUESTION
        try:
            picture = await take_picture(self.resources.settings.camera)
            answer = await self._model.describe(picture, asked, call.progress)
        except UserError as error:
            raise ToolError(str(error)) from error
        if not answer:
            raise ToolError("the vision model found no words: ask in another way")
        return f"The camera shows: {answer}"

    async def close(self) -> None:
        """Stop the model."""
        await self._model.close()
