"""Chinese sentences, paragraphs and Markdown bodies out of word lists: neutral, varied, free of persons and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

SLOT = re.compile(r"\{(\w+)\}")

WORDS: Mapping[str, tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "when": """
            清早 午后 下班以后 周末晚上 月初 月底 入冬之前 农忙过后 换季的时候 开工第一天 雨停之后 饭后散步时
            交接班的空档 赶集那天 春节返工后 台风过境前 放假前一周 新来的头一个月 每逢主题党日 夏夜乘凉时
        """,
        "where": """
            车间门口 宿舍楼下 驿站里 活动室 码头边 海塘步道 菜场旁 网格站 工地板房 小区凉亭 食堂二楼 便民大厅
            村口老树下 图书角 文化广场 渔港冷库 物流园 调解室 社区教室 班车站
        """,
        "who": """
            老党员 年轻工友 带班师傅 网格员 志愿者 新来的同乡 支部委员 学习小组 互助小组 值班同志 窗口人员
            租房的邻居 跑车的司机 缝纫班组 仓库保管 夜班职工 返乡青年 种养大户 小店店主 调解员
        """,
        "do": """
            把难处摆到桌面上 一条一条核对材料 先听完再开口 轮流说说心里话 把流程画在白板上 帮着填好表格
            记下没有答案的问题 把规矩讲成故事 用家乡话再解释一遍 当场打电话问清楚 约好下一次的时间
            把经验写成三句话 互相检查一遍 挨家挨户走一圈 先做给别人看 把账目贴出来
        """,
        "why": """
            少跑一趟路 心里有底 不误工时 说得清来龙去脉 遇事有个商量 跟上大家的步子 叫远处的家人放心
            把事情摆在明处 不再一拖再拖 少走弯路 让人愿意再来 把好事办到实处 不让热心变成负担 把小矛盾化在当场
        """,
        "thing": """
            居住登记 培训报名 子女入学 医保备案 社保转移 安全检查 合同条款 工资核对 租房约定 垃圾分类 用电安全
            志愿排班 读书笔记 党费缴纳 关系接转 就业登记 健康体检 防汛值守 消防演练 读报活动
        """,
        "value": """
            耐心 公道 细致 守时 诚恳 踏实 担当 体谅 清楚 方便 团结 互助 勤快 明白 稳当 热心
        """,
        "result": """
            问题当天就有了回音 来的人比上回多了一半 办事的顺序不再乱 心里的石头落了地 原来的误会说开了
            材料一次就带齐 新办法写进了公约 邻里之间多了往来 夜里的灯亮了起来 没有一个人白跑 台账清清楚楚
            大家约定按月再看一次
        """,
        "but": """
            起初并不顺利 有人不太相信 时间总凑不到一块 材料说法不一 口音一时听不懂 路远的来得少 会开得太长
            通知看漏了 表格太难填 经费有限 天气不帮忙 热闹过后没人接着做
        """,
        "lead": """
            说到底 反过来看 更要紧的是 换句话说 接下来 同样的道理 先说结论 从小处看 做起来才知道 值得一提的是
            回头再想 一开始
        """,
        "object": """
            一张清单 一本台账 一块白板 一个微信群 一条热线 一间活动室 一堂小课 一次走访 一份公约 一面意见墙
            一套流程 一个约定
        """,
        "adverb": """
            慢慢地 认真地 一遍遍地 主动 提前 按月 分头 轮流 当面 悄悄 一起 耐心地
        """,
        "topic": """
            找到组织 报到登记 过好组织生活 办好居住证 讲清政策 化解矛盾 学一门手艺 安全生产 志愿服务 带好新人
            说事议事 服务家乡 读懂合同 防范诈骗 照顾老小 守好规矩 接转关系 邻里互助 参与治理 传承家风 节约用电
            文明礼让 健康生活 终身学习
        """,
        "angle": """
            从一件小事讲起 怎样开个好头 走好第一步 三个常见的误区 我们的做法 要点和提醒 大家怎么看
            一次讨论的记录 从身边人学起 用好每一个平台 把话说到心里 一步一步来 给新来的同志 经验与教训 问答
            案例选读
        """,
        "name": """
            海棠 青禾 云溪 望潮 松间 明湖 紫藤 银杏 晨光 和风 春晓 向阳 双桥 竹林 石榴 山海 金帆 长堤 新港 沙湾
        """,
    }.items()
}
PATTERNS = (
    "{when}，{who}在{where}{do}，为的是{why}。",
    "{lead}，{thing}这件事要有{value}，也要有{object}。",
    "{who}说：“{thing}并不难，{adverb}做，就能{why}。”",
    "{but}，可是{who}没有放下，{adverb}{do}，{result}。",
    "{lead}，{where}的{object}派上了用场：{result}。",
    "每次谈到{thing}，{who}都会{do}，{when}也不例外。",
    "与其等着别人{do}，不如自己{adverb}从{thing}做起。",
    "{when}到{where}来，您会看到{who}正在{do}。",
    "我们试过很多办法，最后留下来的是{object}，因为它能让人{why}。",
    "{thing}要讲{value}，{topic}要讲{value}，两样都离不开{object}。",
    "有了{object}，{who}可以{adverb}{do}，{result}。",
    "问起{topic}的窍门，{who}笑着说，不过是{when}多走几步，{adverb}{do}。",
    "如果{but}，请先{do}，再看看{where}有没有{object}。",
    "{lead}，{value}不是口号，是{when}{who}在{where}{do}的样子。",
)
SHORT = (
    "{thing}：{when}在{where}{do}",
    "{who}{adverb}{do}",
    "先问{thing}，再谈{topic}",
    "{when}带上{object}",
    "让{who}{why}",
    "{where}备好{object}",
)
HEADINGS = (
    "为什么要谈{topic}",
    "{topic}从哪里入手",
    "{when}做什么",
    "{where}里的故事",
    "{thing}的三个要点",
    "{who}的经验",
    "怎样做到{value}",
    "关于{thing}的讨论",
    "还要注意{thing}",
    "下一步怎么走",
    "{topic}与{topic}",
    "把{thing}做扎实",
)


def fill(random: Random, patterns: str | Sequence[str]) -> str:
    """A pattern with a word in each of its slots."""
    pattern = patterns if isinstance(patterns, str) else pick(random, patterns)
    return SLOT.sub(lambda slot: pick(random, WORDS[slot[1]]), pattern)


def pick(random: Random, words: Sequence[str]) -> str:
    """One of the words; in half the time of `Random.choice`."""
    return words[int(random.random() * len(words))]


def some(random: Random, words: Sequence[str], least: int, most: int) -> list[str]:
    """Some different ones of the words, in random order."""
    return random.sample(words, min(len(words), random.randint(least, most)))


def sentences(random: Random, number: int) -> str:
    """A paragraph."""
    return "".join(fill(random, PATTERNS) for _ in range(number))


def several(random: Random, least: int, most: int) -> list[str]:
    """Different short points, for lists."""
    return list(dict.fromkeys(fill(random, SHORT) for _ in range(random.randint(least, most))))


def body(random: Random, sections: int, links: Sequence[tuple[str, str]], *, rich: bool) -> str:
    """A Markdown text of sections with headings; `links` are ids with what they are called in the text."""
    used: dict[str, None] = {}
    while len(used) < sections:
        used[fill(random, HEADINGS)] = None
    blocks = [sentences(random, 3)]
    for number, heading in enumerate(used):
        blocks += [f"## {heading}", _stressed(random, sentences(random, random.randint(2, 3)))]
        if number < len(links):
            id_, label = links[number]
            blocks.append(f"{fill(random, PATTERNS)}详见[{label}](ref:{id_})，{pick(random, WORDS['why'])}。")
        if rich:
            blocks.append(_more(random, number)(random))
        if rich and number % 2:
            blocks += [f"### {fill(random, HEADINGS)}{'一二三四五六'[number % 6]}", sentences(random, 2)]
    return "\n\n".join([*blocks, sentences(random, 2)]) + "\n"


def _more(random: Random, number: int) -> Callable[[Random], str]:
    """How a section goes on: most often with a list, now and then with a table or a quotation."""
    makers = (_bullets, _steps, _paragraph, _quotation, _table)
    return makers[number] if random.random() < 0.1 and number < len(makers) else makers[int(random.random() ** 2 * 5)]


def _stressed(random: Random, text: str) -> str:
    return text + f"请记住**{pick(random, WORDS['value'])}**两个字，也就是*{fill(random, '{adverb}{do}')}*的意思。"


def _bullets(random: Random) -> str:
    return "\n".join(f"- {point}" for point in several(random, 3, 5))


def _steps(random: Random) -> str:
    return "\n".join(f"{number}. {point}" for number, point in enumerate(several(random, 3, 4), 1))


def _paragraph(random: Random) -> str:
    return sentences(random, 3)


def _quotation(random: Random) -> str:
    return f"> {sentences(random, 2)}"


def _table(random: Random) -> str:
    rows = [
        f"| {pick(random, WORDS['when'])} | {point} | {pick(random, WORDS['value'])} |"
        for point in several(random, 3, 4)
    ]
    return "\n".join(["| 时间 | 做法 | 要求 |", "| --- | --- | --- |", *rows])
