"""Names of places and organisations for readers without Chinese: Hanyu Pinyin, generic parts in English.

Spelled after 中国地名汉语拼音字母拼写规则（汉语地名部分）of 1984-12-25 and GB/T 16159-2012, 6.2.2: the proper part and
the generic part stand apart, each written as one word with a capital; a proper part of one syllable keeps its generic
(张镇 Zhangzhen Town); an apostrophe before a syllable in a, o or e; no tones. Only what says the kind of thing (街道, 社区,
物业) is put into English, by fixed words: nothing else is translated.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

import rjieba

_HAN = re.compile(r"[\u3400-\u9fff〇]")
_DISTRICTS = (("自治县", "Autonomous County"), ("区", "District"), ("县", "County"), ("市", ""))
_STREETS = (
    ("街道", "Sub-district"),
    ("地区", "Area"),
    ("回族乡", "Hui Township"),
    ("满族乡", "Manchu Township"),
    ("镇", "Town"),
    ("乡", "Township"),
)
_COMMUNITIES = (
    ("社区居民委员会", "Community"),
    ("社区居委会", "Community"),
    ("居民委员会", "Community"),
    ("居委会", "Community"),
    ("社区", "Community"),
    ("村民委员会", "Village"),
    ("村委会", "Village"),
    ("村", "Village"),
)
_BY_LEVEL = {
    "city": _DISTRICTS,
    "district": _DISTRICTS,
    "street": _STREETS,
    "community": _COMMUNITIES,
    "village": _COMMUNITIES,
}
_UNITS = (
    ("社区居民委员会", "Community Residents' Committee"),
    ("社区居委会", "Community Residents' Committee"),
    ("居民委员会", "Residents' Committee"),
    ("居委会", "Residents' Committee"),
    ("村民委员会", "Village Committee"),
    ("村委会", "Village Committee"),
    ("社区服务站", "Community Service Station"),
    ("服务站", "Service Station"),
    ("社区党委", "Community Party Committee"),
    ("党工委", "Party Working Committee"),
    ("党委", "Party Committee"),
    ("业主委员会", "Owners' Committee"),
    ("业委会", "Owners' Committee"),
    ("物业管理委员会", "Property Management Committee"),
    ("物管会", "Property Management Committee"),
    ("物业管理有限责任公司", "Property Management Co., Ltd."),
    ("物业管理有限公司", "Property Management Co., Ltd."),
    ("物业服务有限公司", "Property Services Co., Ltd."),
    ("物业公司", "Property Management"),
    ("物业", "Property Management"),
    ("志愿服务队", "Volunteer Team"),
    ("志愿者服务队", "Volunteer Team"),
    ("人民政府", "People's Government"),
    ("市民服务热线", "Citizens' Service Hotline"),
    ("市民热线", "Citizens' Hotline"),
    ("派出所", "Police Station"),
    ("街道办事处", "Sub-district Office"),
    ("地区办事处", "Area Office"),
    ("办事处", "Office"),
)
"""Endings of organisations' names, each longer one before those it ends with."""
_AREAS = (*_STREETS[:1], ("社区", "Community"), ("区", "District"), *_STREETS[1:])
"""What the rest of an organisation's name may end with: 朝阳区 of 朝阳区人民政府."""
_APART = sorted(
    {
        *[
            "家园",
            "花园",
            "嘉园",
            "佳园",
            "新苑",
            "新村",
            "新区",
            "新城",
            "小区",
            "公寓",
            "大厦",
            "别墅",
            "山庄",
            "庄园",
            "广场",
            "中心",
            "公馆",
            "国际",
            "大院",
            "家属院",
            "家属楼",
        ],
        *[
            "宿舍",
            "生活区",
            "住宅区",
            "工作区",
            "开发区",
            "技术",
            "经济",
            "胡同",
            "大街",
            "小街",
            "斜街",
            "街",
            "路",
            "巷",
            "东路",
            "西路",
            "南路",
            "北路",
            "中路",
            "东街",
            "西街",
            "南街",
        ],
        *[
            "北街",
            "中街",
            "东巷",
            "西巷",
            "东大街",
            "西大街",
            "南大街",
            "北大街",
            "东里",
            "西里",
            "南里",
            "北里",
            "中里",
            "东区",
            "西区",
            "南区",
            "北区",
            "中区",
            "东院",
            "西院",
            "南院",
        ],
        *[
            "北院",
            "头条",
            "医院",
            "大学",
            "学院",
            "公园",
            "时代",
            "世家",
            "名苑",
            "景苑",
            "小镇",
            "东园",
            "西园",
            "南园",
            "北园",
            "雅园",
            "景园",
            "馨园",
            "茗园",
            "大队",
            "机场",
        ],
    },
    key=len,
    reverse=True,
)
"""Generic parts that stand apart in pinyin; one-syllable ones but roads stay with their proper part (安华里 Anhuali)."""
_BEGINNING = re.compile(r"([\u3400-\u9fff]{2,6}?(?:街道|社区|区|县|市))(?=.{2})")
"""The area that an organisation names first: 朝阳区 of 朝阳区城市管理委员会."""
_NUMERALS = "〇一二三四五六七八九"
_COUNTED = re.compile(r"(第?)([一二三四五六七八九十]+)(区|期|里|条|队|村)?$")
_HOUSE = re.compile(r"([甲乙丙丁]*)(\d+)号(院|楼|旁门)?")
_HOUSES = {"院": "Court", "楼": "Building", "旁门": "Side Gate", None: ""}
_BUILDING = re.compile(r"(\d+|[A-Za-z])(?:号楼|号|栋|楼|座)$")
_ENTRANCE = re.compile(r"(\d+|[A-Za-z])(?:单元|门)$")
LONGEST = 4
"""Syllables that are written as one word; a longer proper part is divided into words."""

_SAID_HERE = {
    "长": "cháng",
    "都": "dū",
    "朝": "cháo",
    "什": "shí",
    "翟": "zhái",
    "卜": "bǔ",
    "曾": "zēng",
}
"""How these are read in place names when no word decides."""
_SAID = {
    "朝阳": "cháo yáng",
    "朝外": "cháo wài",
    "大栅栏": "dà shí làn",
    "长子营": "zhǎng zǐ yíng",
    "各长": "gè zhǎng",
    "马家堡": "mǎ jiā pù",
    "里堡": "lǐ pù",
    "绿林": "lǜ lín",
    "什刹海": "shí chà hǎi",
    "孛罗": "bó luó",
    "么铺": "yāo pù",
    "安平巷": "ān píng xiàng",
    "藏经": "cáng jīng",
    "重聚": "chóng jù",
    "重兴": "chóng xīng",
    "佛营": "fó yíng",
    "都市": "dū shì",
    "首都": "shǒu dū",
}
"""Readings of names that the library's words get wrong, after Beijing's own signs."""


@cache
def _reader() -> Any:
    """Return the library with our readings. It takes 50 MB: loaded where a name is first spelled, not before."""
    import pypinyin

    pypinyin.load_single_dict({ord(one): said for one, said in _SAID_HERE.items()})
    words = {word: [[syllable] for syllable in said.split()] for word, said in _SAID.items()}
    pypinyin.load_phrases_dict(words)
    return pypinyin


def _syllables(text: str) -> list[str]:
    found: list[str] = _reader().lazy_pinyin(text, v_to_u=True)
    return found


def _word(syllables: list[str]) -> str:
    """Return syllables as one word: xi, an -> Xi'an."""
    joined = syllables[0]
    for one in syllables[1:]:
        joined += ("'" if one[0] in "aoeāē" else "") + one
    return joined[:1].upper() + joined[1:]


def _number(text: str) -> int:
    """Return 十二 as 12."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_NUMERALS.index(one)) for one in text))
    return (_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0)


def _parts(text: str) -> list[str]:
    """Return what stands apart in a run of Chinese characters: 安华西里 -> 安华, 西里."""
    counted = _COUNTED.search(text)
    if counted and len(counted[0]) > 1 and counted.start() > 1:
        return [*_parts(text[: counted.start()]), counted[0]]
    for ending in _APART:
        if text.endswith(ending) and len(text) > len(ending) + 1:
            return [*_parts(text[: -len(ending)]), ending]
    if len(text) <= LONGEST:
        return [text]
    words: list[str] = []
    for word in rjieba.cut(text):
        if words and (len(word) == 1 or len(words[-1]) == 1):
            words[-1] += word
        else:
            words.append(word)
    return words


def _spelled(text: str) -> str:
    """Return a run of Chinese characters in words of pinyin, ordinals as numbers."""
    parts = _parts(text)
    syllables = _syllables(text)
    said, at = [], 0
    for part in parts:
        own = syllables[at : at + len(part)]
        at += len(part)
        ordinal = _COUNTED.fullmatch(part)
        if ordinal and ordinal[1]:
            unit = f" {_word(own[-1:])}" if ordinal[3] else ""
            said.append(f"No. {_number(ordinal[2])}{unit}")
        elif ordinal and ordinal[3] == "期":
            said.append(f"Phase {_number(ordinal[2])}")
        else:
            said.append(_word(own))
    return " ".join(said)


@lru_cache(maxsize=4096)
def romanised(name: str) -> str:
    """Return a name in Latin letters; what is not Chinese stays as it is. 复兴路甲30号院 -> Fuxing Lu No. Jia 30 Court."""
    text = unicodedata.normalize("NFKC", name)

    def house(found: re.Match[str]) -> str:
        series = f"{_word(_syllables(found[1]))} " if found[1] else ""
        return f" No. {series}{found[2]} {_HOUSES[found[3]]} "

    text = _HOUSE.sub(house, text)
    pieces = re.split(r"([\u3400-\u9fff〇]+)", text)
    spelled = "".join(f" {_spelled(one)} " if _HAN.match(one) else one for one in pieces)
    tidy = re.sub(r"\s+", " ", spelled).strip()
    return re.sub(r"\( | \)", lambda found: found[0].strip(), tidy).replace(" ,", ",")


def is_chinese(name: str) -> bool:
    """Return whether a name holds a Chinese character, so that there is something to spell."""
    return bool(_HAN.search(name))


def _with_ending(name: str, endings: tuple[tuple[str, str], ...]) -> str | None:
    for ending, english in endings:
        head = name.removesuffix(ending)
        if head and head != name:
            # One syllable is no name: 张镇 keeps its generic.
            said = romanised(name if len(head) == 1 and len(ending) == 1 else head)
            return f"{said} {english}".strip()
    return None


def english_place(name: str, level: str) -> str:
    """Return the name of a place as English pages write it, empty where it holds no Chinese.

    `level`: a value of PlaceLevel. 垡头街道 -> Fatou Sub-district; 双合家园社区居委会 -> Shuanghe Jiayuan Community.
    """
    if not is_chinese(name):
        return ""
    for pattern, english in ((_BUILDING, "Building"), (_ENTRANCE, "Entrance")):
        found = pattern.fullmatch(unicodedata.normalize("NFKC", name))
        if found and level in ("building", "entrance"):
            return f"{english} {found[1].upper()}"
    if level == "compound" and name.endswith("小区") and len(name) > 3:
        return f"{romanised(name[:-2])} Compound"
    return _with_ending(name, _BY_LEVEL.get(level, ())) or romanised(name)


def english_organisation(name: str) -> str:
    """Return the name of an organisation as English pages write it, empty where it holds no Chinese.

    垡头街道办事处 -> Fatou Sub-district Office; what its ending does not say stays pinyin.
    """
    if not is_chinese(name):
        return ""
    note = re.search(r"[（(](.+)[）)]$", name)
    if note:
        inner = "invented" if note[1] == "虚构" else romanised(note[1])
        return f"{english_organisation(name[: note.start()])} ({inner})"
    for ending, english in _UNITS:
        head = name.removesuffix(ending)
        if head and head != name:
            return f"{_with_ending(head, _AREAS) or romanised(head)} {english}"
    around = _BEGINNING.match(name)
    if around:
        area = _with_ending(around[1], (*_AREAS, *_DISTRICTS))
        return f"{area} {romanised(name[around.end() :])}"
    return _with_ending(name, (("小区", "Compound"), *_AREAS)) or romanised(name)
