"""Party lessons (党课): talks, micro lessons, music lessons (domain section 3.3)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from generator.model.entry import Entry, Finding, Findings, Record
from generator.sources.fields import Field

Form = Literal["专题党课", "微型党课", "音乐流动党课", "情景党课", "现场教学", "视频党课", "送学上门", "其他"]


class Speaker(Record, frozen=True, kw_only=True):
    """Who gives the lesson: an office or a role, not a private person."""

    name: Annotated[str, Field("称呼", "写岗位，例如“党支部书记”", example="党支部书记")]
    title: Annotated[str, Field("职务")] = ""
    org: Annotated[str, Field("单位")] = ""


class Piece(Record, frozen=True, kw_only=True):
    """A piece of the programme of a music lesson; its copyright must be stated."""

    title: Annotated[str, Field("曲目", example="团结就是力量")]
    author: Annotated[str, Field("词曲作者")] = ""
    copyright: Annotated[str, Field("版权说明", example="群众现场演唱，不提供录音")]


class Medium(Record, frozen=True, kw_only=True):
    """A recording with its transcript."""

    kind: Annotated[Literal["音频", "视频"], Field("种类")]
    file: Annotated[str, Field("文件", form="file")] = ""
    url: Annotated[str, Field("网址", form="url")] = ""
    transcript: Annotated[str, Field("文字稿")] = ""


class Quiz(Record, frozen=True, kw_only=True):
    """One question with its choices; the answer is the number of the right one."""

    question: Annotated[str, Field("题目", example="党小组会多久开一次？")]
    choices: Annotated[tuple[str, ...], Field("选项")]
    answer: Annotated[int, Field("答案", "正确选项是第几个", example="1", least=1, most=9)]
    why: Annotated[str, Field("解析")] = ""


class Lesson(Entry, frozen=True, kw_only=True):
    """One lesson, planned, held or to read online."""

    form: Annotated[Form, Field("形式", spellings=(("微党课", "微型党课"), ("音乐党课", "音乐流动党课")))]
    series: Annotated[str, Field("系列")] = ""
    series_no: Annotated[int | None, Field("系列序号", "在系列里是第几讲", least=1, most=999)] = None
    state: Annotated[Literal["计划", "已开展", "仅线上"], Field("状态")] = "已开展"
    speakers: Annotated[tuple[Speaker, ...], Field("主讲")]
    start: Annotated[datetime.datetime | None, Field("开始时间", also=("时间",), usual=True)] = None
    minutes: Annotated[int | None, Field("时长", "分钟", least=1, most=600)] = None
    place: Annotated[str, Field("地点", refs=("places",), example="places/station", usual=True)] = ""
    host: Annotated[str, Field("主办", refs=("branches",), example="branches/working-committee")]
    learners: Annotated[
        tuple[Literal["全体党员", "流动党员", "入党积极分子", "职工", "群众"], ...], Field("受众", example="流动党员")
    ]
    media: Annotated[tuple[Medium, ...], Field("音视频")] = ()
    programme: Annotated[tuple[Piece, ...], Field("曲目单")] = ()
    key_points: Annotated[tuple[str, ...], Field("学习要点")] = ()
    quiz: Annotated[tuple[Quiz, ...], Field("小测验")] = ()
    credit_hours: Annotated[str, Field("学时", form="number", example="0.5")] = ""
    recap: Annotated[str, Field("回顾")] = ""
    headcount: Annotated[int | None, Field("人次", least=0, most=100000)] = None


MICRO_MINUTES = 15


def check_lesson(lesson: Lesson) -> Findings:
    """What a lesson of its form and state must have."""
    if lesson.state != "仅线上":
        if not lesson.place:
            yield Finding("R301", "state", {"label": "地点"})
        if not lesson.start:
            yield Finding("R301", "state", {"label": "开始时间"})
    if lesson.form == "音乐流动党课" and not lesson.programme:
        yield Finding("R303", "form")
    if lesson.form == "微型党课" and (lesson.minutes or 0) > MICRO_MINUTES:
        yield Finding("R304", "minutes", {"minutes": lesson.minutes, "most": MICRO_MINUTES})
    for index, quiz in enumerate(lesson.quiz):
        if quiz.answer > len(quiz.choices):
            yield Finding("R305", f"quiz.{index}.answer", {"answer": quiz.answer, "count": len(quiz.choices)})
    for index, medium in enumerate(lesson.media):
        if not medium.file and not medium.url:
            yield Finding("R306", f"media.{index}")
        if not medium.transcript:
            yield Finding("R307", f"media.{index}")
