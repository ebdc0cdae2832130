"""Personal data in a person's words: where it stands, and the words without it.

Found are numbers and accounts by their form and check digit, and names that are said as such (“我叫王丽”,
“联系人：张三”). A name that merely occurs is not found: nobody can tell it from a shop's or a street's, and
the operator's eye is better at it. What is found is a proposal to her, and the rule where nobody looks (import).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import rjieba

from linli.methods.language.identity import (
    is_bank_card,
    is_identity_number,
    is_old_identity_number,
)
from linli.methods.language.normal import narrowed
from linli.methods.language.phone import NotATelephone, e164
from linli.methods.language.surnames import NO_LAST, NO_NAME, SELDOM, TITLE, surname_of


class Kind(StrEnum):
    """Kinds of personal data that words may hold."""

    PHONE = "phone"
    IDENTITY = "identity"
    CARD = "card"
    EMAIL = "email"
    ACCOUNT = "account"
    NAME = "name"
    OTHER = "other"


MARK = {
    Kind.PHONE: "[电话]",
    Kind.IDENTITY: "[证件号]",
    Kind.CARD: "[卡号]",
    Kind.EMAIL: "[邮箱]",
    Kind.ACCOUNT: "[账号]",
    Kind.NAME: "[姓名]",
    Kind.OTHER: "[已隐去]",
}
"""What stands in the words instead; the words are Chinese, whatever the language of the screen."""
DOOR = "[门牌]"


@dataclass(frozen=True, slots=True)
class Found:
    """One find: its kind, the text as written, its place in the words, and its one form.

    `value` is E.164 for a telephone number (empty if it has no such form), the bare digits of a card, the text
    itself otherwise. `own` says whether the words give it as the speaker's own.
    """

    kind: Kind
    text: str
    start: int
    end: int
    value: str
    own: bool = False


_SPOKEN = {
    ord(said): digit
    for said, digit in zip("零〇○幺一二两三四五六七八九", "00011223456789", strict=True)
}
_SEP = r"[ \-–—.·]"
_PHONE = re.compile(
    rf"(?<![\dA-Za-z])(?:(?:\+|00)?86{_SEP}?)?"
    rf"(?:1[3-9]\d{_SEP}?\d{{4}}{_SEP}?\d{{4}}|1[3-9]\d{_SEP}?\d{{3}}{_SEP}?\d{{5}}|1 [3-9](?: \d){{9}})(?!\d)"
    rf"|(?<!\d)\(?0(?:10|2\d|[3-9]\d{{2}})\)?{_SEP}?[2-8]\d{{2,3}}{_SEP}?\d{{4}}(?!\d)"
)
_NUMBER = re.compile(r"\d{4}|1 [3-9] \d")
"""In every telephone, identity and card number that is written in digits."""
_SPOKEN_RUN = re.compile(rf"[\d{''.join(map(chr, _SPOKEN))}]{{11}}")
_ACCOUNT_LETTERS = "信扣wWvVqQ"
"""One of them stands in every word that introduces an account."""
_SHORT_PHONE = re.compile(
    rf"(?:电话|座机|固话|联系方式|手机)(?:号码|号)?(?:是|为)?[\s:,]*([2-8]\d{{2,3}}{_SEP}?\d{{4}})(?!\d)"
)
_SPOKEN_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5} ?\d{8} ?\d{3}[\dXx](?![0-9A-Za-z])")
_SAID_IDENTITY = re.compile(
    r"身份证(?:号码|号)?(?:是|为)?[\s:,]*([1-9]\d{16}[\dXx]|[1-9]\d{14})(?![0-9A-Za-z])"
)
_CARD = re.compile(r"(?<!\d)\d{4}(?: ?\d{4}){3}(?: ?\d{1,3})?(?!\d)")
_EMAIL = re.compile(
    r"(?<![\w.%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}", re.ASCII
)
_ACCOUNT = re.compile(
    r"(?:微信|薇信|(?<![A-Za-z])(?:wechat|weixin|vx|wx))(?:号码|号|id)?(?:是|为)?[\s:,]*"
    r"([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_])"
    r"|(?<![A-Za-z])(?:qq|扣扣)(?:号码|号)?(?:是|为)?[\s:,]*([1-9]\d{4,10})(?!\d)",
    re.IGNORECASE,
)
_SURE = r"我叫做?|我名叫|名字叫做?|名字是|姓名(?:是|为|叫)?|署名(?:是|为)?"
_LIKELY = (
    r"我是|本人是?|免贵姓|我姓"
    r"|(?<!被)(?:(?:联系|联络|投诉|举报|反映|诉求|来电|求助|申请)人|业主|户主|房主|车主|住户)(?:姓名|名字)?(?:是|为|叫)?"
)
"""Who is complained of (被举报人) is the matter, not a trace of who asked: it stays."""
_CUE = re.compile(
    # The first characters of all of them: where none stands the many alternatives need not be tried.
    r"(?=[我名姓署本免联投举反诉来求申业户房车住])"
    rf"(?:(?P<sure>{_SURE})|(?P<likely>{_LIKELY}))(?P<label>[ \t:]*)"
)
_SELF = re.compile(r"我|本人|免贵|联系人|联络人|投诉人|举报人|反映人|诉求人|来电人|求助人|申请人")
_ELSES = re.compile(
    r"物业|房东|商家|商户|公司|对方|邻居|老板|客服|居委|社区|街道|业委|施工|房主|车主|热线|单位|中心|他|她|其"
)
"""What in the same clause makes a number somebody else's: 物业电话010-… is not where to call back."""
_HAN = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]+(?:·[\u4e00-\u9fff]+)*")
_ENGLISH_NAME = re.compile(
    r"(?i:my name is|i am called|this is) ((?:[A-Z][a-z'-]+)(?: [A-Z][a-z'-]+){1,2})"
)
_SURE_OF_LABEL = frozenset(("姓名", "署名"))
"""Cues after which a name is sure only behind a colon: 户主的姓名和家人."""
_GOES_ON = frozenset(
    "在住的是我有说要也于与和因为从向对被将把及系又已现电家男女你您他她不都来去到就想能会让给等以"
)
"""Lone characters after a name that begin what it does; any other is the name's last."""


_SAYS = frozenset(("v", "p", "d", "r", "c", "uj", "x", "m", "f", "t", "zg", "ul", "vn", "a"))
"""Tags of words that may follow a name; a noun behind it makes it a place's: 我是马王堆陶瓷建材."""


def find_personal(text: str, *, known: Iterable[str] = ()) -> list[Found]:
    """Return what is found in `text`, in order, never overlapping.

    `known` are names already told apart from the words (the caller's own, as typed): found wherever they
    stand. Positions are those of `text`; full-width and spoken digits (一三八…) count as digits.
    """
    narrow = narrowed(text)
    found: list[Found] = []
    # Most texts hold no number at all: what every number needs is looked for once, before each of them is.
    has_number = _NUMBER.search(narrow) is not None
    if has_number:
        found += _identities(text, narrow)
    if "@" in narrow:
        found += _of(Kind.EMAIL, _EMAIL, text, narrow)
    if any(letter in narrow for letter in _ACCOUNT_LETTERS):
        found += _of(Kind.ACCOUNT, _ACCOUNT, text, narrow)
    found += _phones(text, narrow, has_number=has_number)
    if has_number:
        for match in _CARD.finditer(narrow):
            digits = match[0].replace(" ", "")
            if is_bank_card(digits):
                found.append(_found(Kind.CARD, text, match.start(), match.end(), value=digits))
    found += _names(text, narrow)
    for name in {name.strip() for name in known}:
        if len(name) >= 2:
            spots = re.finditer(re.escape(name), text)
            found += [_found(Kind.NAME, text, m.start(), m.end()) for m in spots]
    return _apart(found)


def take_out(text: str, found: Iterable[Found]) -> str:
    """Return the text with a mark in the place of each find."""
    pieces, last = [], 0
    for find in sorted(found, key=lambda find: find.start):
        pieces += [text[last : find.start], MARK[find.kind]]
        last = find.end
    return "".join([*pieces, text[last:]])


def find_words(text: str, words: Iterable[str]) -> list[Found]:
    """Return where the given words stand in the text: what a person chose to take out by hand."""
    chosen = sorted({word.strip() for word in words} - {""}, key=len, reverse=True)
    return _apart(
        _found(Kind.OTHER, text, m.start(), m.end())
        for word in chosen
        for m in re.finditer(re.escape(word), text)
    )


def _found(
    kind: Kind, text: str, start: int, end: int, *, value: str | None = None, own: bool = True
) -> Found:
    written = text[start:end]
    return Found(kind, written, start, end, written if value is None else value, own)


def _of(kind: Kind, pattern: re.Pattern[str], text: str, narrow: str) -> list[Found]:
    """Return the finds of a pattern: its last group that matched, or the whole."""
    spans = (match.span(match.lastindex or 0) for match in pattern.finditer(narrow))
    return [_found(kind, text, start, end) for start, end in spans]


def _identities(text: str, narrow: str) -> list[Found]:
    found = []
    for match in _IDENTITY.finditer(narrow):
        digits = match[0].replace(" ", "").upper()
        if is_identity_number(digits):
            found.append(_found(Kind.IDENTITY, text, match.start(), match.end(), value=digits))
    for match in _SAID_IDENTITY.finditer(narrow):
        # Said to be one: a digit mistyped does not make it anybody's to read.
        if len(match[1]) == 18 or is_old_identity_number(match[1]):
            found.append(_found(Kind.IDENTITY, text, *match.span(1), value=match[1].upper()))
    return found


def _phones(text: str, narrow: str, *, has_number: bool) -> list[Found]:
    spans = []
    if has_number:
        spans += [match.span() for match in _PHONE.finditer(narrow)]
        spans += [match.span(1) for match in _SHORT_PHONE.finditer(narrow)]
    if _SPOKEN_RUN.search(narrow) and (spoken := narrow.translate(_SPOKEN)) != narrow:
        spans += [match.span() for match in _SPOKEN_PHONE.finditer(spoken)]
    found = []
    for start, end in spans:
        try:
            value = e164(narrow[start:end].translate(_SPOKEN))
        except NotATelephone:
            value = ""
        clause = re.split(r"[，,。；;！!？?\n]", narrow[max(0, start - 24) : start])[-1]
        own = _ELSES.search(clause) is None
        found.append(_found(Kind.PHONE, text, start, end, value=value, own=own))
    return found


def _names(text: str, narrow: str) -> list[Found]:
    found = []
    for match in _CUE.finditer(narrow):
        run = _HAN.match(narrow, match.end())
        if run is None:
            continue
        is_sure = bool(match["sure"]) and (match["sure"] not in _SURE_OF_LABEL or match["label"])
        name = _name_in(run[0][:15], sure=bool(is_sure), label=match["label"])
        if not name and match["likely"] in ("我姓", "免贵姓"):
            name = surname_of(run[0])
        if name:
            own = match["likely"] is None or _SELF.match(match["likely"]) is not None
            found.append(_found(Kind.NAME, text, match.end(), match.end() + len(name), own=own))
    for match in _ENGLISH_NAME.finditer(text):
        found.append(_found(Kind.NAME, text, *match.span(1)))
    return found


def _name_in(run: str, *, sure: bool, label: str) -> str:
    """Return the name at the start of a run of Chinese characters, or the empty string."""
    if "·" in run:
        return run if sure else ""
    surname = surname_of(run)
    if not surname:
        return ""
    if (title := TITLE.match(run, len(surname))) is not None:
        return surname + title[0]
    longest = len(surname) + 2
    stands_alone = len(surname) < len(run) <= longest
    if NO_NAME.match(run):
        return ""
    if surname in SELDOM and not (label or sure):
        return ""
    if stands_alone and (sure or label):
        return run if sure or run[-1] not in NO_LAST else ""
    words = rjieba.tag(run)
    name, kind = words.pop(0)
    if name == surname and words and len(words[0][0]) <= 2 and sure:
        name, kind = name + words.pop(0)[0], "nr"
    if kind not in ("nr", "nrt") or not len(surname) < len(name) <= longest:
        return ""
    if not sure and name[-1] in NO_LAST:
        return ""
    if not (sure or label) and words and words[0][1] not in _SAYS:
        return ""
    following = words[0][0] if words else ""
    if len(name) < longest and len(following) == 1 and following not in _GOES_ON:
        return name + following
    return name


def _apart(found: Iterable[Found]) -> list[Found]:
    """Return the finds in order without overlaps; of two that overlap the earlier, then the longer."""
    kept: list[Found] = []
    for find in sorted(found, key=lambda find: (find.start, -find.end)):
        if not kept or find.start >= kept[-1].end:
            kept.append(find)
    return kept


# — what a partner may read —

_DIGIT = r"[\d一二三四五六七八九十零〇百]"
_ROOM = re.compile(
    rf"(?P<at>单元|门洞|号楼|楼栋|栋|幢|座|号院|#楼?|层)(?P<gap>\s*)(?:\d{{3,4}}|[一二三四五六七八九十零〇百]{{2,4}})(?:室|号房?|户|房)?(?![\d号栋幢楼单层年月日米元度人个家户次])"
    rf"|(?<![\d-])(?P<block>\d{{1,3}})-\d{{1,2}}-\d{{3,4}}(?:室|号)?(?!\d|-)"
    rf"|(?<!{_DIGIT}){_DIGIT}{{3,4}}(?:室|号房)"
)
_OWN = re.compile(
    r"我家|我们家|我住|我们住|本人住|家住|自家|自己家|我父母家|我爸妈家|我(?:们)?这(?:户|屋)|本户|我是(?:住在?)?"
)
_OTHERS = re.compile(r"楼上|楼下|隔壁|对门|邻居")
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]?")


def without_door(text: str) -> str:
    """Return an address without the number of the door; building and entrance stay."""

    def hide(match: re.Match[str]) -> str:
        if match["block"]:
            return f"{match['block']}-{DOOR}"
        return f"{match['at']}{match['gap']}{DOOR}" if match["at"] else DOOR

    return _ROOM.sub(hide, text)


def shareable(text: str) -> str:
    """Return words (already without personal data) as a partner may read them: without the caller's own door.

    A partner must know the place, not behind which door the caller lives, unless the matter is there. The own
    door is the first one in a sentence after 我家, 我住 and the like, up to a word for somebody else's (楼上,
    隔壁). Other doors are the matter and stay. Whoever dispatches or handles may write the text anew.
    """
    return "".join(_shared_sentence(match[0]) for match in _SENTENCE.finditer(text))


def _shared_sentence(sentence: str) -> str:
    own = _OWN.search(sentence)
    if own is None:
        return sentence
    others = _OTHERS.search(sentence, own.end())
    until = others.start() if others else len(sentence)
    door = _ROOM.search(sentence, own.end(), until)
    if door is None:
        return sentence
    hidden = without_door(sentence[door.start() : door.end()])
    return sentence[: door.start()] + hidden + sentence[door.end() :]
