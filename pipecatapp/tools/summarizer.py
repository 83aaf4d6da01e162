"""`summarizer`: answers questions about the conversation from its log, word for word."""

import asyncio

from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_remark
from pipecatapp.text.words import significant_words, stem
from pipecatapp.tools.conversation_log.answer import LogAnswers
from pipecatapp.tools.conversation_log.exchanges import exchanges_of
from pipecatapp.tools.conversation_log.question import LogQuestion, asked_of_log, topic_of
from pipecatapp.tools.tool import Call, DirectCall, Toolset, tool


class Summarizer(Toolset):
    """Tells what was said in the conversation, without the language model."""

    namespace = "summarizer"

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that a plain question about the conversation asks for."""
        question = asked_of_log(words)
        return ("summarizer.get_summary", {"query": question.topic}) if question else None

    def revised(self, call: DirectCall, words: str) -> DirectCall | None:
        """Return no call where something is told: "we walked to the mill and back"."""
        told = is_remark(words) and asked_of_log(words) is None
        return None if told else call

    @tool(
        read_only=True,
        spoken=True,
        redact=True,
        # What it is about is read from the words themselves, see `_question_about`.
        provenance={"query": "derived"},
        few_shot={"what did we say about the roof": {"query": "the roof"}},
        examples=(
            "what did we say about the garden",
            "summarize what we discussed about the server",
            "give me a summary of our conversation",
            "summarize our talk so far",
            "what did i tell you earlier about my sister",
            "what have we talked about today",
            "remind me what we decided about the holiday",
            "what did you say about the recipe before",
            "sum up this conversation",
            "um what was it that i said about the budget",
            "can you recap what we were talking about",
            "recap please",
            "which restaurant did we mention earlier",
            "what were the main points of our discussion",
            "so what did we agree on about the fence",
            "find the part where we spoke about the printer",
            "go over what i asked you about the car",
            "what did i ask you at the beginning",
            "summarise the things i told you about my new job",
            "what was the result again of what we said about node three",
            "tell me again what we said concerning the backup",
            "earlier i mentioned a book which one was it",
        ),
    )
    async def get_summary(self, call: Call, query: str) -> str:
        """Look up what was said earlier in this conversation about something.

        Args:
            query: what to look for
        """
        question = asked_of_log(call.words) or _question_about(query, call.words)
        log, whole = call.conversation.log, call.conversation.log_is_whole
        answers = LogAnswers(exchanges_of(log, call.words), self.resources.embedder, whole=whole)
        answer = await asyncio.to_thread(answers.answer, question)
        return answer or await self._not_said(question)

    async def _not_said(self, question: LogQuestion) -> str:
        """Say that the log holds no answer, and what is kept of the topic for ever."""
        phrases = language().log_phrases
        if not question.topic:
            return phrases.nothing_chosen
        said = phrases.no if question.kind == "mentioned" else phrases.nothing_of
        parts = [said.format(topic=question.topic)]
        if self.resources.memory and (kept := await self.resources.memory.matching(question.topic)):
            parts.append(phrases.kept.format(facts="; ".join(kept)))
        return " ".join(parts)


def _question_about(query: str, words: str) -> LogQuestion:
    """Return the question of words that code does not read; a query of none of them says nothing.

    Args:
        query: What the model takes it to be about.
        words: What the user said; empty where that is not known.
    """
    topic = topic_of(query)
    said, wanted = ({stem(word) for word in significant_words(text)} for text in (words, topic))
    named = bool(said & wanted) or not words
    return LogQuestion("about", topic=topic) if topic and named else LogQuestion("summary")
