"""Requests for lists, as people type them and as a speech recognizer writes them."""

import time

import pytest

from pipecatapp.tools.household_lists.parser import ListRequest, list_request, split_items


@pytest.mark.parametrize(
    ("words", "name", "items"),
    [
        ("add oat milk to the shopping list", "shopping", "oat milk"),
        ("Um, could you please put Käse and Öl on the list?", "", "Käse and Öl"),
        ("okay twin add call to the bank to my to do list", "to do", "call to the bank"),
        ("write 'feed the cat' on our chores list please", "chores", "'feed the cat'"),
        ("add to the party list: balloons, a cake", "party", "balloons, a cake"),
        ("on the grocery list put bananas", "grocery", "bananas"),
        ("we need dog food on the shopping list", "shopping", "dog food"),
        ("add charcoal to our party list for the street", "party", "charcoal"),
        ("we are nearly out of dish soap, so put it on the list", "", "dish soap"),
        (
            "There's no more cat litter left. Please add it to the groceries.",
            "groceries",
            "cat litter",
        ),
        ("i need stamps and envelopes put them on my list", "", "stamps and envelopes"),
        ("Aunt Mary belongs on the guest list", "guest", "Aunt Mary"),
        ("walnuts should also go on the shopping list", "shopping", "walnuts"),
        ("my to-do list needs sweep the yard", "to-do", "sweep the yard"),
        ("Packing list: socks and a tent", "Packing", "socks and a tent"),
        ("add Dune to my list of books", "books", "Dune"),
        ("put Dr. Oetker pudding on the groceries, thanks", "groceries", "Dr. Oetker pudding"),
        ("i'd like to add soap to my list too", "", "soap"),
        ("jot down screws for the shelf on the hardware store list", "hardware store", None),
    ],
)
def test_what_goes_on_which_list(words: str, name: str, items: str | None) -> None:
    request = list_request(words)
    assert request
    assert (request.deed, request.name) == ("add", name)
    assert request.items == (items or "screws for the shelf")


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        ("strike the bananas off", ListRequest("strike", "", "the bananas", on_list=False)),
        ("cross off soap", ListRequest("strike", "", "soap", on_list=False)),
        (
            "take oat milk and soap off the list please",
            ListRequest("strike", "", "oat milk and soap"),
        ),
        (
            "we've already got soap, you can cross it off the shopping list",
            ListRequest("strike", "shopping", "soap"),
        ),
        ("Remove the tent from the packing list.", ListRequest("strike", "packing", "the tent")),
        ("What's on our to-do list?", ListRequest("read", "to-do")),
        ("read me the list again", ListRequest("read")),
        ("show us what is on the party list", ListRequest("read", "party")),
        ("is there anything on the shopping list", ListRequest("read", "shopping")),
        ("are eggs already on the list", ListRequest("check", "", "eggs")),
        ("did i put nails on the hardware list", ListRequest("check", "hardware", "nails")),
        ("um clear the whole shopping list", ListRequest("clear", "shopping")),
        ("take everything off the packing list", ListRequest("clear", "packing")),
        ("Delete the party list.", ListRequest("delete", "party")),
        ("what lists do we have", ListRequest("names", on_list=False)),
        (
            "start a new list for the camping trip",
            ListRequest("create", "camping trip", on_list=False),
        ),
        ("undo that please", ListRequest("undo", on_list=False)),
    ],
)
def test_other_requests(words: str, request_: ListRequest) -> None:
    assert list_request(words) == request_


@pytest.mark.parametrize(
    "words",
    [
        "don't put soap on the list",
        "should i add wine to the list",
        "put it on the list",
        "i think that he should be on the list",
        "i went to the shop because figs should be on the list",
        "add soap to the list for tomorrow",
        "add me to the mailing list",
        "add bob to the play list",
        "put soap on the shelf",
        "make a list of ten capitals",
        "list the files on node two",
        "what is on the price list of the page",
        "add soap to the shopping list and call bob to my to do list",
        "Add soap to the list. How late is it?",
        "she said i should put soap on the list for her and then leave",
        "my list is long",
        "clear the table",
        "the list " * 400,
    ],
)
def test_what_is_not_plainly_asked_is_left_to_the_model(words: str) -> None:
    assert list_request(words) is None


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("leeks, carrots and thyme", ["leeks", "carrots", "thyme"]),
        ("leeks and carrots, and thyme", ["leeks", "carrots", "thyme"]),
        ("salt and pepper, mac and cheese and gin", ["salt and pepper", "mac and cheese", "gin"]),
        ("'bread and butter pudding' and some milk", ["bread and butter pudding", "milk"]),
        ("“nuts, bolts”; glue", ["nuts, bolts", "glue"]),
        ("a bag of Kartoffelklöße", ["a bag of Kartoffelklöße"]),
        ("1,5 l of milk", ["1,5 l of milk"]),
        ("brandy", ["brandy"]),
        (" , and ", []),
    ],
)
def test_several_items_at_once(text: str, items: list[str]) -> None:
    assert split_items(text) == items


def test_a_request_of_any_form_is_read_at_once() -> None:
    begun = time.monotonic()
    for words in ("add " + "a to " * 190, "take " + "off " * 240, "is " + "on the list " * 80):
        list_request(words)
        split_items(words * 2)
    split_items(" " * 4000)
    assert time.monotonic() - begun < 5


def test_tasks_are_not_cut_at_an_and() -> None:
    assert split_items("wash and dry the curtains", "to-do") == ["wash and dry the curtains"]
    assert split_items("call Ann, feed the cat", "to-do") == ["call Ann", "feed the cat"]
