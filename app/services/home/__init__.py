"""The workbench: what needs this person, worst first, and a few figures of the organisations.

`work(db, actor, org_ids)` counts open work of every slice by the person's duties; `badges` is the
same as counts per screen; `figures` values stock and use at the prices in force.
"""

from app.services.home.figures import Band, Figures, MonthUse, figures
from app.services.home.kinds import Badges, Kind, Reminder, Urgency, WorkItem
from app.services.home.work import badges, work

__all__ = [
    "Badges",
    "Band",
    "Figures",
    "Kind",
    "MonthUse",
    "Reminder",
    "Urgency",
    "WorkItem",
    "badges",
    "figures",
    "work",
]
