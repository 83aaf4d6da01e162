import pytest

from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.tool import Call, Toolset, tool
from pipecatapp.twin.routing.actions import Actions, Decision, TalkExamples
from pipecatapp.twin.routing.intent_classifier import IntentClassifier
from pipecatapp.twin.routing.router import Router
from testing.unit.tools.fake_resources import FakeResources
from testing.unit.twin.conftest import RHYMES, Lamp
from testing.unit.twin.routing.test_router import Model, decide, prompt


class Stereo(Toolset):
    """A household's own player."""

    namespace = "stereo"

    @tool(
        examples=(
            "play some jazz",
            "put on the beatles",
            "stop the song",
            "next song please",
            "play my morning playlist",
            "turn the music up",
            "play the radio in the kitchen",
            "pause the music",
        )
    )
    async def play(self, call: Call) -> str:
        """Plays music."""
        return "It plays."


@pytest.fixture(scope="module")
def router(embedder: MiniLM, talk: TalkExamples) -> Router:
    """A router of a household that has a lamp and a stereo."""
    actions = Actions([*tools_of(Lamp()), *tools_of(Stereo(FakeResources()))], [RHYMES], talk)
    return Router(actions, IntentClassifier(embedder, actions.examples()))


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("Set the heating in the study to 19 degrees.", "heating"),
        ("lock the cellar door", "doors"),
        ("start the washing machine at nine", "appliances"),
        ("Phone my uncle, please.", "calls"),
        ("send maria an email that i'm on the train", "messages"),
        ("Order some pasta for tonight.", "orders"),
        ("book a table for six people", "bookings"),
        ("Is it going to snow tomorrow?", "weather"),
        ("what are the latest headlines", "news"),
        ("How much is a bitcoin today?", "prices"),
        ("is the bus to the airport delayed", "traffic"),
        ("Who won the game yesterday?", "scores"),
        ("where is my husband at the moment", "whereabouts"),
    ],
)
async def test_what_nothing_can_do_is_known_without_the_model(
    router: Router, words: str, topic: str
) -> None:
    assert await decide(router, words, Model()) == Decision("answer", by="head", unable=topic)


@pytest.mark.parametrize(
    "words",
    [
        "What is the capital of Chile?",
        "How does a refrigerator work?",
        "My brother called me last night.",
        "Who invented the radio?",
        "I love the smell of rain.",
        "Write a birthday message for my colleague.",
        "good evening",
        "what is a mortgage",
    ],
)
async def test_talk_is_only_answered(router: Router, words: str) -> None:
    assert (await decide(router, words, Model("answer"))).unable is None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("switch off the lamp in the cellar", "lamp.switch"),
        ("turn the light on in the bathroom", "lamp.switch"),
        ("play something by mozart", "stereo.play"),
        ("skip this song", "stereo.play"),
        ("make the music a bit quieter", "stereo.play"),
    ],
)
async def test_a_tool_of_the_household_wins(router: Router, words: str, name: str) -> None:
    decision = await decide(router, words, Model('{"on":false}', '{"on":false}'))
    assert (decision.kind, decision.name) == ("tool", name)


async def test_once_more_means_the_refused_deed(router: Router) -> None:
    again = await decide(router, "do that again", Model(), "lock the cellar door")
    assert again == Decision("answer", by="head", unable="doors")


async def test_memory_may_know_where_things_are(router: Router) -> None:
    words = "where did i put my keys"
    asked = router.decide(words, [], prompt(words), Model(), remembered=True)
    assert await asked == Decision("answer", by="head")


async def test_prompts_without_such_examples_still_work(
    embedder: MiniLM, talk: TalkExamples
) -> None:
    plain = TalkExamples(answer=talk.answer, again=talk.again)
    actions = Actions(tools_of(Lamp()), [], plain)
    router = Router(actions, IntentClassifier(embedder, actions.examples()))
    assert (await decide(router, "How are you?", Model())).kind == "answer"
    assert not any(name.startswith("unable") for name in actions.examples())
