import pytest

from pipecatapp.tools.calculator import Calculator
from pipecatapp.tools.execution.registry import Registry
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.tool import Call, NotForThisToolError, ToolError
from testing.unit.tools.fake_resources import FakeConversation, FakeResources
from testing.unit.tools.traps import TRAPS


@pytest.fixture
def calculator() -> Calculator:
    return Calculator(FakeResources())


def said(words: str, *before: tuple[str, str]) -> Call:
    """Return a call from a turn with these words."""
    return Call(FakeConversation(said=list(before)), words=words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("What's 12 times 13?", "12 times 13 is 156."),
        ("uh could you work out forty minus three point five please", "40 minus 3.5 is 36.5."),
        ("calculate 3/8", "3 divided by 8 is 0.375."),
        ("okay twin how much is 40 percent of 65", "40 percent of 65 is 26."),
        ("five miles in kilometers", "5 miles is 8.04672 kilometres."),
        ("Please convert 100 F to C.", "100 degrees Fahrenheit is about 37.7778 degrees Celsius."),
    ],
)
async def test_a_plain_request_is_read_by_code(
    calculator: Calculator, words: str, told: str
) -> None:
    wanted = await calculator.wanted(words)
    assert wanted is not None
    name, arguments = wanted
    assert name == "calculator.calculate"
    assert await calculator.calculate(said(words), **arguments) == told


@pytest.mark.parametrize("words", TRAPS)
async def test_what_is_no_plain_request_is_left_to_others(
    calculator: Calculator, words: str
) -> None:
    assert await calculator.wanted(words) is None


async def test_the_users_words_count_and_not_what_the_model_made_of_them(
    calculator: Calculator,
) -> None:
    call = said("what is 19 times 23")
    assert await calculator.calculate(call, "19 times 32") == "19 times 23 is 437."


async def test_the_model_fills_in_what_code_cannot_read(calculator: Calculator) -> None:
    call = said("i bought six of them at four euros each, what does that make")
    assert await calculator.calculate(call, "6 * 4") == "6 times 4 is 24."


async def test_a_number_of_an_earlier_turn_may_be_used(calculator: Calculator) -> None:
    call = said("and now half of that", ("what is 12 times 12", "12 times 12 is 144."))
    assert await calculator.calculate(call, "half of 144") == "Half of 144 is 72."


async def test_a_number_that_nobody_said_is_not_used(calculator: Calculator) -> None:
    with pytest.raises(ToolError, match="could not read"):
        await calculator.calculate(said("six of them and two for everybody"), "6 * 4.5")


async def test_what_has_no_numbers_is_declined(calculator: Calculator) -> None:
    with pytest.raises(NotForThisToolError):
        await calculator.calculate(said("how many strings does a cello have"), "strings of a cello")


async def test_it_needs_nobodys_yes_and_its_result_is_said_as_it_is(
    calculator: Calculator,
) -> None:
    (tool,) = tools_of(calculator)
    assert tool.read_only
    assert tool.spoken
    assert not tool.sensitive
    registry = Registry([calculator])
    await registry.examine()
    assert await registry.wanted("7 times 6") == (
        "calculator.calculate",
        {"expression": "7 times 6"},
    )
