"""Conversations: connected calls and chats in one form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.world.cache import cached
from tests.simulator.world.events import calls, chats
from tests.simulator.world.hours import AN_HOUR

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulator.world.entities import Agent, Code, Customer, Skill
    from tests.simulator.world.events.call import Call
    from tests.simulator.world.events.chats import Chat
    from tests.simulator.world.operation import Operation

VOICE = "voice"
A_SECOND = timedelta(seconds=1)
UNTIL_ANSWERED = timedelta(minutes=5)
"""Longer than any customer waits."""

LONGEST = chats.LONGEST
"""No conversation lasts longer."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A connected call or leg of a call if ``chat`` is None, else that chat.

    It ``lasted`` as many seconds as the reports of calls and chats say. The code is known from
    ``coded_at`` on. ``blank`` is the missing value of its rows.
    """

    conn_id: str
    date: datetime
    answered: datetime
    ended: datetime
    lasted: int
    channel: str
    agent: Agent
    customer: Customer
    skill: Skill | None
    code: Code
    coded_at: datetime
    chat: Chat | None
    blank: str

    def code_at(self, moment: datetime) -> Code | None:
        """The code, if it is known at a moment."""
        return self.code if self.coded_at <= moment else None


@cached
def of_hour(operation: Operation, hour: datetime) -> tuple[Conversation, ...]:
    """The conversations that began in an hour: calls by date, then chats by date."""
    of_calls = [
        _of_call(call, call.code, call.coded_at)
        for call in calls.between(operation, hour - A_SECOND, hour + AN_HOUR - A_SECOND)
        if call.code and call.coded_at
    ]
    return (*of_calls, *(_of_chat(chat) for chat in chats.opened(operation, hour, hour)))


def _of_call(call: Call, code: Code, coded_at: datetime) -> Conversation:
    return Conversation(
        conn_id=call.conn_id,
        date=call.date,
        answered=call.answered,
        ended=call.ended,
        lasted=call.talk,
        channel=VOICE,
        agent=call.agent,
        customer=call.customer,
        skill=call.skill,
        code=code,
        coded_at=coded_at,
        chat=None,
        blank=call.blank,
    )


def _of_chat(chat: Chat) -> Conversation:
    return Conversation(
        conn_id=chat.conn_id,
        date=chat.opened,
        answered=chat.opened + timedelta(seconds=chat.waited),
        ended=chat.closed,
        lasted=chat.lasted,
        channel=chat.connector.channel,
        agent=chat.agent,
        customer=chat.customer,
        skill=chat.skill,
        code=chat.code,
        coded_at=chat.coded_at,
        chat=chat,
        blank=chat.blank,
    )
