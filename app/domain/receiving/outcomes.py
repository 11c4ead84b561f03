"""The words of every outcome, in one place (wording: what is wrong, what is right, what now)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from app.domain.errors import Problem
from app.domain.expiry import distance, shown
from app.domain.receiving.note import Goods, NoteLine
from app.domain.receiving.outcome import Choice, Outcome, Tone
from app.domain.receiving.reading import Case, Found, KnownTrace, Reading
from app.domain.receiving.work import Entry, Trace, Work
from app.i18n import _

_GTIN: Final = 14


def hit(goods: Goods, entry: Entry, units: int, expected: int) -> Outcome:
    """Counted, nothing to say against it."""
    del expected
    step = units // goods.pack_factor if units % goods.pack_factor == 0 else goods.text(units)
    text = _("已收 +{step}，共 {total}", step=step, total=goods.text(entry.accepted))
    return Outcome(
        Tone.HIT,
        "hit",
        text,
        about(goods, entry),
        entry.key,
        goods=goods,
        units=units,
        brief=f"{goods.name} +{step}",
    )


def about(goods: Goods, entry: Entry) -> str:
    """Name, lot and expiry, as they stand under a result."""
    parts = [goods.name]
    if entry.lot_no:
        parts.append(_("批号 {lot}", lot=entry.lot_no))
    if entry.expiry:
        parts.append(_("有效期至 {expiry}", expiry=shown(entry.expiry)))
    return " · ".join(parts)


def unreadable(problem: Problem) -> Outcome:
    """The code itself is wrong."""
    return Outcome(Tone.REJECT, problem.code, _("这个码不能用"), problem.text)


def unknown(reading: Reading) -> Outcome:
    """Nothing in the catalogue carries this code."""
    code = reading.trace or _shown(reading.code) or reading.raw
    return Outcome(
        Tone.WARN,
        "code.unknown",
        _("没找到 {code}", code=code[:40]),
        _("目录里没有这个码。可关联到这张单上的品规，或忽略。"),
        choices=(Choice.BIND, Choice.IGNORE),
        reading=reading,
    )


def _shown(code: str) -> str:
    short = code.removeprefix("0")
    return short if len(code) == _GTIN and code.isdigit() else code


def other_note(reading: Reading) -> Outcome:
    """A note's barcode while another note is open."""
    return Outcome(
        Tone.INFO,
        "note.other",
        _("这是送货单 {no}", no=reading.code),
        _("现在这张单的内容已自动保存。按 Esc 回到列表，再扫要打开的送货单。"),
        reading=reading,
    )


def own_label() -> Outcome:
    """A label of our own stock is not a code of goods that come in."""
    return Outcome(
        Tone.REJECT,
        "label.own",
        _("这是院内标签"),
        _("没有计数。验收请扫厂家包装上的码；院内标签用于消耗和盘点。"),
    )


def no_such_line() -> Outcome:
    """Typed words that fit nothing on the note."""
    return Outcome(
        Tone.WARN, "words.none", _("单上没有这样的品规"), _("请换个字或拼音首字母，或直接扫码。")
    )


def chosen(work: Work, entry: Entry, hits: int) -> Outcome:
    """A line was made current by words."""
    place = [one.key for one in work.entries].index(entry.key) + 1
    goods = work.goods(entry)
    more = _("共 {n} 行符合，再按回车看下一行。", n=hits) if hits > 1 else goods.spec
    text = _("第 {n} 行：{name}", n=place, name=goods.name)
    return Outcome(Tone.INFO, "line.chosen", text, more, entry.key, goods=goods)


def one_by_one() -> Outcome:
    """A quantity before a code that names one single pack."""
    return Outcome(
        Tone.REJECT,
        "trace.times",
        _("追溯码一盒一码，不能乘数量"),
        _("没有计数。请逐盒扫，或扫 69 码再乘数量。"),
    )


def too_many() -> Outcome:
    """A quantity nobody receives."""
    return Outcome(
        Tone.REJECT, "quantity.limit", _("数量太大"), _("没有计数。请核对是否多输了数字。")
    )


def echo() -> Outcome:
    """The scanner read the same pack twice in a moment."""
    return Outcome(Tone.SILENT, "trace.echo", "")


def read_twice(earlier: Trace, case: str = "") -> Outcome:
    """The pack was read in this acceptance already, by itself or with its case."""
    time = f"{earlier.at:%H:%M}"
    text = _("这个追溯码 {time} 已收过，没有重复计数。", time=time)
    if case:
        text = _("这一盒 {time} 已随整箱 {case} 收过，没有重复计数。", time=time, case=case)
    return Outcome(Tone.WARN, "trace.twice", _("重复的追溯码，已忽略"), text)


def case_read(case: Case) -> Outcome:
    """All packs of a case were read one by one before."""
    text = _("箱里的 {n} 盒都已逐盒扫过，没有重复计数。", n=len(case.packs))
    return Outcome(Tone.WARN, "trace.twice", _("整箱已收过，已忽略"), text)


def of_case(told: Outcome, case: Case, packs: int) -> Outcome:
    """What a counted case brought: how many packs, and how many had been read before."""
    words = _("整箱 {n} 盒", n=packs)
    if packs < len(case.packs):
        words = _(
            "整箱，另 {m} 盒先前已单独扫过，这次加 {n} 盒", m=len(case.packs) - packs, n=packs
        )
    return replace(told, detail=f"{words} · {told.detail}".removesuffix(" · "))


def known_pack(known: KnownTrace, reading: Reading, found: Found) -> Outcome:
    """The pack came in with another delivery: perhaps a returned pack sold again."""
    parts = [part for part in (known.code, known.where, known.who, known.when) if part]
    return Outcome(
        Tone.REJECT,
        "trace.known",
        _("这个追溯码以前收过，没有计数"),
        _(
            "{where}已入库。可能是回流药，放入待验区，按 F9 登记拒收。",
            where=" ".join(parts) or _("集团内"),
        ),
        choices=(Choice.REFUSE, Choice.IGNORE),
        reading=reading,
        goods=found.goods,
        units=found.units,
    )


def not_on_note(work: Work, goods: Goods, reading: Reading, units: int) -> Outcome:
    """We know the goods, but this note does not have them."""
    return Outcome(
        Tone.WARN,
        "goods.not_on_note",
        _("送货单上没有 {name}", name=goods.name),
        _(
            "{no} 没有这个品规，没有计数。多送的请退回；确认是赠品的，选登记赠品。",
            no=work.note.no,
        ),
        choices=(Choice.STRANGER_GIFT, Choice.IGNORE),
        reading=reading,
        goods=goods,
        units=units,
    )


def expired(goods: Goods, lot: str, expiry: date | None, key: int) -> Outcome:
    """Past its last day: never into good stock."""
    return Outcome(
        Tone.REJECT,
        "expiry.expired",
        _("已过期，不能入库"),
        _(
            "{what} · 有效期至 {expiry}。按 F9 登记拒收",
            what=f"{goods.name} {lot}".strip(),
            expiry=shown(expiry),
        ),
        key,
        choices=(Choice.REFUSE,),
        brief=_("{what} 已过期，未入库", what=lot or goods.name),
    )


def frozen(goods: Goods, lot: str, key: int) -> Outcome:
    """The lot is frozen or recalled in the group: it goes back where it came from."""
    return Outcome(
        Tone.REJECT,
        "lot.held",
        _("批号已冻结或召回，不能入库"),
        _(
            "{what}。没有计数，请单独放，按 F9 登记拒收。",
            what=_("{name} 批号 {lot}", name=goods.name, lot=lot),
        ),
        key,
        choices=(Choice.REFUSE,),
        brief=_("{lot} 已冻结或召回，未入库", lot=lot),
    )


def lot_conflict(goods: Goods, reading: Reading, known: date) -> Outcome:
    """The lot is known with another expiry."""
    return Outcome(
        Tone.REJECT,
        "lot.expiry",
        _("批号和有效期对不上"),
        _(
            "{name}：同一批号 {lot} 之前登记为 {old}，这次是 {new}。请核对包装。",
            name=goods.name,
            lot=reading.lot,
            old=shown(known),
            new=shown(reading.expiry),
        ),
        goods=goods,
        reading=reading,
    )


def over(work: Work, entry: Entry, extra: int) -> Outcome:
    """More came than may be accepted."""
    goods = work.goods(entry)
    line = work.line_of(entry)
    return Outcome(
        Tone.WARN,
        "quantity.over",
        _("多出 {extra}", extra=goods.text(extra)),
        over_words(goods, line.limit if line else 0, extra),
        entry.key,
        choices=(Choice.GIFT, Choice.RETURN, Choice.BACK),
        goods=goods,
    )


def over_words(goods: Goods, limit: int, extra: int) -> str:
    """The sentence about too many, for panel and check."""
    return _(
        "应收 {limit}，现在是 {now}。多出的 {extra}：登记赠品、退回，或改回 {limit}。",
        limit=goods.text(limit),
        now=goods.text(limit + extra),
        extra=goods.text(extra),
    )


def far(entry: Entry, suggestion: date) -> Outcome:
    """An expiry that nobody believes."""
    return Outcome(
        Tone.WARN,
        "expiry.far",
        _("有效期看起来太远"),
        _(
            "有效期 {expiry} 看起来太远，是 {suggestion} 吗？",
            expiry=shown(entry.expiry),
            suggestion=shown(suggestion),
        ),
        entry.key,
        choices=(Choice.FIX_EXPIRY, Choice.KEEP_EXPIRY),
        suggestion=suggestion,
    )


def near(goods: Goods, entry: Entry, today: date, stated: str = "") -> Outcome:
    """Counted, but so near its end that taking it needs a reason; `stated`: another lot's name."""
    rest = distance(entry.expiry, today) if entry.expiry else ""
    what = about(goods, entry)
    if stated and entry.lot_no and stated != entry.lot_no:
        what = _("{what}（送货单写 {stated}）", what=what, stated=stated)
    return Outcome(
        Tone.WARN,
        "expiry.near",
        _("效期近：{rest}", rest=rest),
        _(
            "{what}。已收，共 {total}。完成前请写明接收理由，或按 F9 拒收。",
            what=what,
            total=goods.text(entry.accepted),
        ),
        entry.key,
        choices=(Choice.REASON, Choice.REFUSE),
        goods=goods,
    )


def cold_first(work: Work, entry: Entry, names: tuple[str, ...]) -> Outcome:
    """Cold goods are looked at before everything else of a note."""
    return Outcome(
        Tone.WARN,
        "cold.first",
        _("先收冷链品"),
        _(
            "{names}：先登记运输、时间和到货温度，合格就扫码，尽快放进冷藏。",
            names="、".join(names),
        ),
        entry.key,
        choices=(Choice.COLD,),
        goods=work.goods(entry),
    )


def cold_unknown(told: Outcome, problem: Problem) -> Outcome:
    """Counted, but how it came is not known yet."""
    return replace(
        told, tone=Tone.WARN, code=problem.code, detail=problem.text,
        choices=(Choice.COLD, Choice.REFUSE),
    )  # fmt: skip


def cold_out(goods: Goods, entry: Entry, measured: Decimal, problem: Problem) -> Outcome:
    """Too warm or too cold on arrival: never into good stock."""
    return Outcome(
        Tone.REJECT,
        problem.code,
        _("到货 {measured} ℃，不能入库", measured=measured),
        problem.text,
        entry.key,
        choices=(Choice.REFUSE, Choice.COLD),
        goods=goods,
        brief=_("{what} 温度超出，未入库", what=goods.name),
    )


def settled(work: Work, entry: Entry, choice: Choice, extra: int) -> Outcome:
    """What was done with units that were too many."""
    goods = work.goods(entry)
    words = {
        Choice.GIFT: _("多出的 {extra} 登记为赠品", extra=goods.text(extra)),
        Choice.RETURN: _("多出的 {extra} 退回", extra=goods.text(extra)),
    }
    back = _("改回应收数，共 {total}", total=goods.text(entry.accepted))
    return Outcome(Tone.HIT, "quantity.settled", words.get(choice, back), about(goods, entry))


def other_lot(goods: Goods, entry: Entry, line: NoteLine) -> Outcome:
    """The pack has another lot than the note states."""
    return Outcome(
        Tone.WARN,
        "lot.other",
        _("批号和送货单不同"),
        _(
            "{name}：送货单写 {stated}，包装上是 {lot}。已按包装记 {total}，不收请按 F9。",
            name=goods.name,
            stated=line.lot_no,
            lot=entry.lot_no,
            total=goods.text(entry.accepted),
        ),
        entry.key,
        choices=(Choice.REFUSE,),
        goods=goods,
    )
