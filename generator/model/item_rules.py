"""The consistency rules of service items, as auditors of such lists run them (domain section 3.1)."""

from __future__ import annotations

import re

from generator.model.entry import Finding, Findings
from generator.model.items import Item

CATCH_ALL = re.compile(r"其他(相关)?(材料|资料)|(法律法规|有关规定|文件)规定的其他|需要提交的其他")
DOWN_TO_WINDOW = re.compile(r"窗口|\d+\s*室|号楼|\d+\s*楼|[一二三四五六七八九十]楼|大厅")
HOURS = re.compile(r"工作日|24\s*小时|节假日|周[一二三四五六日]|全天")
# By the ending of the result's name, the more special first.
RESULT_KINDS = (
    (r"证(书|照)?$", ("出证办结", "证照")),
    (r"批[复文]$", ("审批办结", "批文")),
    (r"文$", ("出文办结", "批文")),
)


def check_item(item: Item) -> Findings:
    """Every rule that the item breaks."""
    yield from _limits(item)
    yield from _visits(item)
    yield from _fee(item)
    yield from _contacts(item)
    yield from _elements(item)
    if item.scope == "跨省" and not item.cross_mode:
        yield Finding("R118", "scope")
    if item.item_type == "行政许可" and not (item.faq and item.steps):
        yield Finding("R116", "item_type")
    if item.state == "取消" and not item.cancel_on:
        yield Finding("R124", "state")
    if not item.source_url:
        yield Finding("R125", "title")
    yield from _result(item)


def _result(item: Item) -> Findings:
    if item.result is None or item.result.kind is None:
        return
    for ending, kinds in RESULT_KINDS:
        if re.search(ending, item.result.name):
            if item.result.kind not in kinds:
                found = {"name": item.result.name, "kind": item.result.kind, "right": "、".join(kinds)}
                yield Finding("R119", "result.kind", found)
            return


def _limits(item: Item) -> Findings:
    promise, legal = item.promise_limit, item.legal_limit
    at_once = promise.days == 0
    if at_once != (item.case_type == "即办件"):
        yield Finding("R101", "case_type", {"case": item.case_type, "promise": promise})
    if promise.unit == legal.unit and promise.days > legal.days:
        yield Finding("R102", "promise_limit", {"promise": promise, "legal": legal})
    elif promise.unit != legal.unit and promise.days and legal.days:
        yield Finding("R103", "promise_limit", {"promise": promise, "legal": legal})
    spent = [step.limit.days for step in item.steps if step.limit and step.limit.unit == promise.unit]
    if sum(spent) > promise.days:
        yield Finding("R104", "steps", {"total": sum(spent), "promise": promise})


def _visits(item: Item) -> Findings:
    if item.visits and not item.visit_reason:
        yield Finding("R105", "visits", {"visits": item.visits})
    if not item.visits and item.visit_reason:
        yield Finding("R106", "visit_reason")
    if not item.visits and not {"网上办理", "快递申请"} & set(item.channels):
        yield Finding("R107", "channels")
    if item.online_depth == "全程网办" and item.visits:
        yield Finding("R108", "visits", {"visits": item.visits})


def _fee(item: Item) -> Findings:
    if not item.fee and (item.pay_online or item.charges):
        yield Finding("R109", "fee")
    if item.fee and not item.charges:
        yield Finding("R110", "fee")


def _contacts(item: Item) -> Findings:
    consult, complain = item.consult, item.complain
    if consult and complain and consult.phone and consult.phone == complain.phone:
        yield Finding("R111", "complain.phone")
    for name, label, contact in (("consult", "咨询方式", consult), ("complain", "监督投诉方式", complain)):
        if contact is None or not contact.phone:
            continue
        short = re.fullmatch(r"12\d{3}", contact.phone)
        if not contact.phone.startswith("0") and not short:
            yield Finding("R112", f"{name}.phone", {"label": label, "phone": contact.phone})
        if not contact.address and not short:
            yield Finding("R115", f"{name}", {"label": label})
    if consult and consult.phone and not (complain and complain.phone):
        yield Finding("R122", "consult")
    if item.hours and not HOURS.search(item.hours):
        yield Finding("R113", "hours")
    for index, window in enumerate(item.windows):
        if not window.window_no and not window.floor and not DOWN_TO_WINDOW.search(window.address):
            yield Finding("R114", f"windows.{index}")


def _elements(item: Item) -> Findings:
    """The eight elements of the national check, one warning for each that is missing."""
    elements = (
        ("legal_basis", "设定依据", bool(item.legal_basis)),
        ("conditions", "申请条件", bool(item.conditions)),
        ("materials", "办理材料", bool(item.materials) or item.no_materials),
        ("windows", "办理地点", bool(item.windows)),
        ("hours", "办理时间", bool(item.hours)),
        ("consult", "联系电话", bool(item.consult and item.consult.phone)),
        ("steps", "办理流程", bool(item.steps)),
    )
    for name, label, there in elements:
        if not there:
            yield Finding("R130", name, {"label": label})
    if item.materials and item.no_materials:
        yield Finding("R121", "no_materials")
    for index, material in enumerate(item.materials):
        if CATCH_ALL.search(material.name):
            yield Finding("R117", f"materials.{index}.name", {"name": material.name})
    for index, step in enumerate(item.steps):
        if not step.detail:
            yield Finding("R131", f"steps.{index}.name", {"name": step.name})
