"""Service items with the elements of the national implementation list (实施清单, domain section 3.1)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from generator.model.entry import Area, Contact, Entry, Limit, Point, Question, Record
from generator.sources.fields import Field

ItemType = Literal[
    "行政许可",
    "行政处罚",
    "行政强制",
    "行政征收",
    "行政给付",
    "行政检查",
    "行政确认",
    "行政奖励",
    "行政裁决",
    "其他行政权力",
    "公共服务",
]
CaseType = Literal["即办件", "承诺件", "上报件", "联办件", "初审件", "转报件"]
Level = Literal["国家级", "省级", "市级", "县级", "镇（乡、街道）级", "村（社区）级"]
Department = Literal[
    "公安", "人社", "医保", "民政", "残联", "卫健", "退役军人", "住建", "司法", "教育", "市监", "税务", "自然资源", "交通",
    "生态环境", "档案", "公积金", "出入境", "组织", "工会", "流动人口", "团委",
]  # fmt: skip
Client = Literal["自然人", "企业法人", "事业法人", "社会组织法人", "非法人企业", "行政机关", "其他组织"]
Theme = Literal[
    "生育收养", "户籍办理", "民族宗教", "教育科研", "入伍服役", "就业创业", "设立变更", "准营准办", "抵押质押", "职业资格",
    "行政缴费", "婚姻登记", "优待抚恤", "规划建设", "住房保障", "社会保障", "证件办理", "交通出行", "旅游观光", "出境入境",
    "消费维权", "公共安全", "司法公证", "知识产权", "环保绿化", "文化体育", "公用事业", "医疗卫生", "离职退休", "死亡殡葬",
    "党员服务", "群团服务", "其他",
]  # fmt: skip
Channel = Literal["窗口办理", "网上办理", "快递申请", "自助机", "代办"]
Depth = Literal[
    "咨询",
    "收件",
    "预审",
    "受理",
    "办理",
    "结果反馈",
    "电子证照反馈",
    "事项公开",
    "在线预审",
    "在线办理",
    "全程网办",
    "其他",
]
Scope = Literal["全国", "跨省", "跨市", "跨县", "全省通办", "全市通办", "全区通办", "定点办理", "未实现"]
CrossMode = Literal["全程网办", "异地代收代办", "多地联办"]
EasyKind = Literal["马上办", "网上办", "就近办", "一次办"]


class Basis(Record, frozen=True, kw_only=True):
    """A legal basis, cited by name."""

    title: Annotated[str, Field("名称", example="《中华人民共和国户口登记条例》")]
    no: Annotated[str, Field("文号")] = ""
    article: Annotated[str, Field("条款")] = ""
    url: Annotated[str, Field("网址", form="url")] = ""


class Material(Record, frozen=True, kw_only=True):
    """A paper to bring."""

    name: Annotated[str, Field("名称", example="居民身份证")]
    kind: Annotated[Literal["原件", "复印件", "原件和复印件"] | None, Field("类型")] = None
    form: Annotated[Literal["纸质", "电子", "纸质或电子"] | None, Field("形式")] = None
    copies: Annotated[int | None, Field("份数", least=0, most=99)] = None
    source: Annotated[Literal["申请人自备", "政府部门核发", "其他"] | None, Field("来源")] = None
    source_note: Annotated[str, Field("来源说明")] = ""
    necessity: Annotated[Literal["必要", "非必要", "容缺后补"] | None, Field("必要性")] = None
    condition: Annotated[str, Field("适用情形", "只在什么情形下需要")] = ""
    basis: Annotated[str, Field("依据")] = ""
    accept_standard: Annotated[str, Field("受理标准")] = ""
    blank_form: Annotated[str, Field("空表", form="file")] = ""
    sample_form: Annotated[str, Field("样表", form="file")] = ""
    shared: Annotated[bool, Field("可免提交", "数据共享或电子证照能查到的")] = False


class Charge(Record, frozen=True, kw_only=True):
    """One fee."""

    name: Annotated[str, Field("项目", example="工本费")]
    standard: Annotated[str, Field("标准", example="20元/证")]
    basis: Annotated[str, Field("依据")] = ""
    waiver: Annotated[str, Field("减免")] = ""


class Step(Record, frozen=True, kw_only=True):
    """One step of the procedure."""

    name: Annotated[str, Field("环节", example="受理")]
    detail: Annotated[str, Field("说明", also=("内容",), example="窗口当场核对材料", usual=True)] = ""
    who: Annotated[str, Field("办理人")] = ""
    limit: Annotated[Limit | None, Field("时限")] = None
    standard: Annotated[str, Field("审查标准")] = ""


class SpecialProcedure(Record, frozen=True, kw_only=True):
    """A procedure that does not count in the limit."""

    name: Annotated[str, Field("程序", example="公示")]
    limit: Annotated[Limit | None, Field("时限")] = None


class Window(Record, frozen=True, kw_only=True):
    """Where the item is accepted, down to the window."""

    place: Annotated[str, Field("阵地", refs=("places",))] = ""
    window_no: Annotated[str, Field("窗口号", example="3号窗口", usual=True)] = ""
    address: Annotated[str, Field("地址")] = ""
    floor: Annotated[str, Field("楼层")] = ""
    hours: Annotated[str, Field("时间")] = ""
    phone: Annotated[str, Field("电话", form="phone")] = ""
    xy: Annotated[Point | None, Field("坐标")] = None


class Result(Record, frozen=True, kw_only=True):
    """What one takes home."""

    name: Annotated[str, Field("名称", example="居住证")]
    kind: Annotated[Literal["证照", "批文", "其他", "审批办结", "出证办结", "出文办结"] | None, Field("类型")] = None
    sample: Annotated[str, Field("样本", form="file")] = ""


class Remedy(Record, frozen=True, kw_only=True):
    """Where to turn against the decision."""

    review: Annotated[str, Field("行政复议")] = ""
    lawsuit: Annotated[str, Field("行政诉讼")] = ""


class Complaint(Contact, frozen=True, kw_only=True):
    """Where to complain: another telephone than the one for questions."""

    phone: Annotated[str, Field("电话", form="phone", example="12345", usual=True)] = ""


class Item(Entry, frozen=True, kw_only=True):
    """One matter that a window accepts."""

    title: Annotated[str, Field("事项名称", also=("name", "标题"), example="居住证签注")]
    nicknames: Annotated[tuple[str, ...], Field("别名", "大家平常的叫法，供搜索", also=("简称",))] = ()
    parent_item: Annotated[str, Field("主项名称")] = ""
    base_code: Annotated[str, Field("基本编码", "国家统一编码，不知道就不写")] = ""
    impl_code: Annotated[str, Field("实施编码")] = ""
    task_code: Annotated[str, Field("业务办理项编码")] = ""
    item_type: Annotated[ItemType, Field("事项类型", example="公共服务")]
    case_type: Annotated[CaseType, Field("办件类型")]
    level: Annotated[Level, Field("行使层级", example="镇（乡、街道）级")]
    power_source: Annotated[
        Literal["法定本级行使", "上级授权", "上级下放", "委托", "中央授权"] | None, Field("权力来源")
    ] = None
    agency: Annotated[str, Field("实施主体", example="示例街道办事处")]
    agency_kind: Annotated[Literal["法定机关", "授权组织", "受委托组织"] | None, Field("实施主体性质")] = None
    joint_agencies: Annotated[tuple[str, ...], Field("联办机构")] = ()
    department: Annotated[Department, Field("部门", also=("条线",))]
    clients: Annotated[tuple[Client, ...], Field("服务对象", example="自然人")]
    themes: Annotated[tuple[Theme, ...], Field("主题分类", also=("主题",), example="证件办理")]
    life_events: Annotated[tuple[str, ...], Field("一件事", also=("生命事件",))] = ()
    legal_basis: Annotated[tuple[Basis, ...], Field("设定依据", usual=True)] = ()
    conditions: Annotated[tuple[str, ...], Field("受理条件", also=("申请条件",), usual=True)] = ()
    quota: Annotated[str, Field("数量限制")] = ""
    materials: Annotated[tuple[Material, ...], Field("申请材料", also=("办理材料",), usual=True)] = ()
    no_materials: Annotated[bool, Field("无需材料")] = False
    legal_limit: Annotated[Limit, Field("法定办结时限", example="20个工作日")]
    promise_limit: Annotated[Limit, Field("承诺办结时限", example="即办")]
    special_procedure: Annotated[tuple[SpecialProcedure, ...], Field("特别程序")] = ()
    fee: Annotated[bool, Field("是否收费", example="否")]
    charges: Annotated[tuple[Charge, ...], Field("收费项目")] = ()
    steps: Annotated[tuple[Step, ...], Field("办理流程", usual=True)] = ()
    channels: Annotated[
        tuple[Channel, ...],
        Field("办理形式", example="窗口办理", spellings=(("邮寄", "快递申请"), ("邮寄申请", "快递申请"))),
    ]
    online_depth: Annotated[Depth | None, Field("网办深度")] = None
    online_url: Annotated[str, Field("在线办理地址", form="url")] = ""
    mobile_url: Annotated[str, Field("移动端地址", form="url")] = ""
    mini_program: Annotated[str, Field("小程序")] = ""
    visits: Annotated[int, Field("到现场次数", example="1", least=0, most=9)]
    visit_reason: Annotated[str, Field("必须现场办理原因", usual=True)] = ""
    windows: Annotated[tuple[Window, ...], Field("办理地点", usual=True)] = ()
    hours: Annotated[str, Field("办理时间", example="工作日 8:30—17:00", usual=True)] = ""
    consult: Annotated[Contact | None, Field("咨询方式", usual=True)] = None
    complain: Annotated[Complaint | None, Field("监督投诉方式", "和咨询电话不能是同一个号码", usual=True)] = None
    progress_query: Annotated[str, Field("办理进度查询")] = ""
    result: Annotated[Result | None, Field("办理结果", also=("结果",))] = None
    delivery: Annotated[tuple[Literal["公告", "物流", "自行取件", "直接送达"], ...], Field("结果送达")] = ()
    delivery_limit: Annotated[Limit | None, Field("送达时限")] = None
    scope: Annotated[Scope, Field("通办范围", example="定点办理")]
    cross_mode: Annotated[CrossMode | None, Field("跨省通办模式")] = None
    cross_regions: Annotated[tuple[Area, ...], Field("通办地区")] = ()
    one_window: Annotated[bool, Field("一窗受理")] = False
    appointment: Annotated[bool, Field("预约办理")] = False
    express: Annotated[bool, Field("物流快递")] = False
    pay_online: Annotated[bool, Field("网上支付")] = False
    proxy: Annotated[bool, Field("代办服务")] = False
    intermediary: Annotated[tuple[str, ...], Field("中介服务")] = ()
    annual_check: Annotated[str, Field("年审年检")] = ""
    remedy: Annotated[Remedy | None, Field("救济途径")] = None
    faq: Annotated[tuple[Question, ...], Field("常见问题")] = ()
    hot: Annotated[bool, Field("热门")] = False
    easy_kind: Annotated[tuple[EasyKind, ...], Field("审批服务形式")] = ()
    version: Annotated[str, Field("版本")] = ""
    state: Annotated[Literal["在用", "暂停", "取消"], Field("状态")] = "在用"
    effective_from: Annotated[datetime.date | None, Field("生效日期")] = None
    cancel_on: Annotated[datetime.date | None, Field("取消日期")] = None
    checked_on: Annotated[datetime.date, Field("核对日期", example="2026-03-08")]
    source_url: Annotated[str, Field("权威来源", form="url", usual=True)] = ""
    for_migrants: Annotated[bool, Field("新居民常办")] = False
    note: Annotated[str, Field("说明")] = ""
