"""Cut the bundled Chinese fonts out of Noto Sans SC: run once, the results are committed.

The variable font comes with the package ``justmytype-intl-cjk`` (SIL OFL 1.1). Two static weights
are cut: Regular and a real Bold, because a synthetic bold disappears on a label. Only GB 2312, the
further characters of drug names, units and punctuation are kept; what is missing is taken from the
full font when a document needs it (`app.adapters.fonts`).

    python scripts/build_fonts.py
"""

from __future__ import annotations

import importlib.resources
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

WEIGHTS = {"Regular": 400, "Bold": 700}
TARGET = Path(__file__).resolve().parent.parent / "resources" / "fonts"
GB2312_ROWS = range(0xA1, 0xF8)
GB2312_CELLS = range(0xA1, 0xFF)

# Drug, body and place names that GB 2312 lacks, signs of units and the shapes of status.
FURTHER = (
    "䓬噁呫尪蟅橦鮀腘碘瘘燊喆珺玥旻昇淼焱堃頔琎瑀骕翀祎赟甯堉彧曌妤婳熠犇垚昳翊煊烜晞洺"
    "镕锴铖铔钘钕钬钷铥锿锘锝镆镎镅镄镧锕镥镤镨镦镱镲胍脒腙肟胩胨膦膻膪瞓疃癍瘆皲羰羧巯巰"
    "酐酚酞酰酯醌醚醛醣醪醮醯醴醵氘氚氕氖氙氡氤氪氩氲烃烯烷炔烴菀蒴蕤蘖蘡藁薤薏薷薢蕲蒌蓂"
    "樂學藥製廠聯醫東氣癥盧業灣葯毎珮廸峘㎎㎏㎜㎝㎞㎡㎥㏄㏒㎍㎕㎖㎗㎘"
    "¹²³⁴µμΩ℃℉‰‱½¼¾⅓⅔⅛±×÷·•‧∙−–—―…‘’“”′″"
    "≤≥≠≈≡∞∑√∅←↑→↓↔⇒✓✔✗✘○●◎◇◆□■△▲▽▼☆★⚠ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
    "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳¥￥€£©®™№§¶†‡"
)


def wanted() -> set[int]:
    """Code points worth having in every document."""
    points = set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0x0391, 0x03CA))
    points |= set(range(0x3000, 0x3018)) | set(range(0xFF00, 0xFF5F)) | {0xFFE5, 0xFFE0}
    points |= {ord(sign) for sign in FURTHER}
    for row in GB2312_ROWS:
        for cell in GB2312_CELLS:
            try:
                points.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def cut(source: Path, weight: int, target: Path) -> int:
    """Write one static weight of `source` to `target`; returns its size in bytes."""
    options = subset.Options(
        hinting=False,
        layout_features=[],
        name_IDs=["*"],
        name_languages=[0x409],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    options.drop_tables += ["vhea", "vmtx", "VORG", "HVAR", "VVAR", "MVAR", "BASE"]
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    static = instancer.instantiateVariableFont(font, {"wght": weight}, updateFontNames=True)
    static.save(target)
    return target.stat().st_size


def main() -> None:
    """Cut both weights and put the licence beside them."""
    package = Path(str(importlib.resources.files("justmytype_intl_cjk")))
    folder = package / "fonts" / "ofl" / "notosanssc"
    TARGET.mkdir(parents=True, exist_ok=True)
    for style, weight in WEIGHTS.items():
        target = TARGET / f"NotoSansSC-{style}.ttf"
        size = cut(folder / "NotoSansSC[wght].ttf", weight, target)
        print(f"{target.name}: {size / 1024 / 1024:.1f} MB")
    shutil.copyfile(folder / "OFL.txt", TARGET / "OFL.txt")


if __name__ == "__main__":
    main()
