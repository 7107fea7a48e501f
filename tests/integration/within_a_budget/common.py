"""What most of these tests read."""

from __future__ import annotations

from datetime import datetime, timedelta

at = datetime.fromisoformat
NOW = "2026-11-20T09:00:00-05:00"
A_DAY = timedelta(days=1)
BILLING = ("billing_agent_script", "billing_rec_screen", "information_services")
AGENT_1, AGENT_3, CDR = "reports_agent_1", "reports_agent_3", "reports_cdr_1"
