"""All endpoints, by file and api."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints import (
    billing,
    campaign,
    information,
    information_account,
    quality,
    real_time,
    real_time_chats,
    whatsapp,
)
from tests.simulator.endpoints.reports import (
    assistant,
    audit_log,
    customer,
    gamification,
    language_models,
    messages,
    notifications,
    speech,
    surveys,
)
from tests.simulator.endpoints.reports import quality as quality_reports
from tests.simulator.endpoints.reports.agents import (
    activity,
    breakdowns,
    holds_transfers_previews,
    states,
)
from tests.simulator.endpoints.reports.calls import (
    activity_codes,
    call_backs,
    call_list,
    costs_and_failures,
)
from tests.simulator.endpoints.reports.campaigns import (
    attempts,
    previews,
    records,
    results,
    whatsapp_messages,
)
from tests.simulator.endpoints.reports.chats import (
    ads,
    bot_sessions,
    cases,
    channels_and_transfers,
    chat_list,
)
from tests.simulator.endpoints.reports.menus import steps, usage, voice_bots
from tests.simulator.endpoints.reports.skills import by_hour, interactions, service_levels

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.endpoint import Endpoint

# A new module with endpoints needs one more line here.
_MODULES = (
    *(billing, campaign, information, information_account, quality),
    *(real_time, real_time_chats, whatsapp),
    *(activity, breakdowns, holds_transfers_previews, states),
    *(activity_codes, call_backs, call_list, costs_and_failures),
    *(attempts, previews, records, results, whatsapp_messages),
    *(ads, cases, channels_and_transfers, chat_list, bot_sessions),
    *(steps, usage, voice_bots),
    *(by_hour, interactions, service_levels),
    *(assistant, audit_log, customer, gamification, language_models, messages),
    *(notifications, quality_reports, speech, surveys),
)
ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    (endpoint.file, endpoint.api): endpoint for each in _MODULES for endpoint in each.ENDPOINTS
}
FILES = {file for file, _ in ENDPOINTS}
