"""Figures of what is done for a deal before there is one: activities 对接活动 and evaluations 企业评价."""

from __future__ import annotations

from schemas.figures.dimensions import INDUSTRY
from schemas.figures.distinct import event_itself, patent_and_event
from schemas.figures.indicator import Indicator, Reads
from schemas.figures.subjects import OTHER
from schemas.figures.units import Unit
from schemas.kinds.activity import Activity
from schemas.kinds.evaluation import Evaluation
from schemas.words import Term

ACTIVITIES = (
    Indicator(
        id="matchmaking_activities",
        label=Term("对接与路演活动", "Matchmaking events"),
        definition=Term(
            "已举办的对接活动和路演；同一主办单位、日期和名称的计一场，不论几个平台发布；无日期的不计。",
            "Occasions at which supply and demand met: organiser, day and title make it the same one on several platforms;"
            " without a day it does not count.",
        ),
        unit=Unit.MEETINGS,
        subject=OTHER,
        reads=(Reads(Activity, ("recorded",)),),
        distinct=event_itself,
        dimensions=(INDUSTRY,),
        revision_class="R4",
    ),
    Indicator(
        id="pool_evaluations",
        label=Term("企业评价次数", "Evaluations by firms"),
        definition=Term(
            "企业对可转化专利的评价；一家企业一天对一件专利的评价计一次，按企业所在地。",
            "Evaluations of convertible patents by firms: one patent by one firm on one day is one, by the firm's area.",
        ),
        unit=Unit.TIMES,
        subject=OTHER,
        reads=(Reads(Evaluation, ("recorded",)),),
        distinct=patent_and_event,
        revision_class="R4",
    ),
)
