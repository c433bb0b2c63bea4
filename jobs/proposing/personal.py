"""Whether a column holds personal data: guessed from its header and its values, and where in doubt it does.

Standard: GB/T 35273-2020, 3.1 and annexes A and B, for what is personal and what is sensitive.
"""

import re
import unicodedata
from dataclasses import dataclass

from jobs.catalogue.contract import Classification, IdentifierKind, Protection
from jobs.proposing.headers import words
from jobs.proposing.sample import Column
from jobs.proposing.shapes import bank_card_is_valid, mobile_is_valid, resident_id_is_valid

# Share of values that makes a column personal: of identity and mobile numbers a few suffice, of the likenesses more are needed.
FEW, SOME, MANY = 0.02, 0.05, 0.5
# Of more different values than this only some are looked at.
LOOKED_VALUES = 5000
# Up to so many different values a column is a list of words rather than of people.
FEW_WORDS = 30
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAME = re.compile(f"(?:[{SURNAMES}]|欧阳|司马|上官|诸葛|皇甫|令狐|慕容|夏侯|端木)[一-龥·]{{1,3}}")
_ADDRESS = re.compile(r"(?:省|市|区|县|镇|乡|街|路|道|村|里).*(?:[0-9]号|栋|楼|单元|室|门|组)")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
# What a person has beside a name, and what is said of an organisation.
_NO_NAME = re.compile(r"(?:代码|编码|编号|号码?|类型|类别|种类|日期|时间|性别|数|状态|证件|级|年龄|角色|地址|住址|住所)$")

# Last words of Latin headers that name something else than a person.
_NOT_NAMES = frozenset({"lb", "kind", "type", "code", "dm", "shxym", "uscc", "zzjg", "zjlx", "date", "rq", "id", "no", "role", "step"})


@dataclass(frozen=True)
class Personal:
    """How a personal column is guessed to be protected, and by what it was told."""

    classification: Classification
    protection: Protection
    kind: IdentifierKind
    why: str


_Guess = tuple[Classification, Protection, IdentifierKind]

RESIDENT_ID: _Guess = ("L3", "token", "resident_id")
MOBILE: _Guess = ("L2", "token", "mobile")
BANK_CARD: _Guess = ("L4", "token", "bank_card")
NAME: _Guess = ("L2", "mask", "person_name")
ADDRESS: _Guess = ("L2", "mask", "address")
SENSITIVE: _Guess = ("L3", "mask", "generic")

# Chinese words anywhere in a header, Latin words as a whole; the first that speaks is heard.
_HEADERS: tuple[tuple[_Guess, str, str], ...] = (
    (
        RESIDENT_ID,
        "身份证|证件号|证件编号|证照号|公民身份|居民身份|护照|通行证|驾驶证|军官证|社保号|社会保障号",
        "sfz|sfzh|sfzhm|zjhm|idcard|resident|passport|idno",
    ),
    (MOBILE, "手机|电话|联系方式|传真|微信", "mobile|phone|tel|telephone|sjh|sjhm|lxdh|dh|sbrdh|fax"),
    (BANK_CARD, "银行卡|卡号|银行账号|银行帐号|账号|帐号", "yhkh|yhzh|bankcard|card|cardno|iban"),
    (ADDRESS, "地址|住址|住所|家庭住|居住地|户籍地", "address|addr|dz|zz|jtzz|dom"),
    (
        SENSITIVE,
        "出生|生日|民族|宗教|信仰|婚姻|病|诊断|残疾|指纹|人脸|基因|血型|邮箱|车牌|号牌",
        "birth|birthday|csrq|csny|nation|mz|religion|email|mail|plate",
    ),
    (
        NAME,
        "姓名|户主|户名|法定代表|法人$|法人姓名|负责人|联系人|经办人|申请人|当事人|相对人|投诉人|举报人|报告人|上报人|患者|学生|职工"
        "|驾驶员|司机|监护人|配偶|经营者",
        "xm|frdb|lerep|fzr|lxr|jbr|person|username|fullname|surname|xdr|applicant|owner|driver|patient",
    ),
)


def personal_of(column: Column) -> Personal | None:
    """How to protect the column, if header or values say that it may be personal; None if nothing does."""
    return _by_values(column.thinned(LOOKED_VALUES)) or _by_header(column.header)


def _by_header(header: str) -> Personal | None:
    plain = unicodedata.normalize("NFKC", header).strip()
    own = {*words(header), "".join(words(header))}
    for guess, chinese, latin in _HEADERS:
        found = re.search(chinese, plain)
        heard = found[0] if found else next((word for word in latin.split("|") if word in own), None)
        if heard and not (guess is NAME and (_NO_NAME.search(plain) or own & _NOT_NAMES)):
            return Personal(*guess, why=f"the header says {heard}")
    return None


def _by_values(column: Column) -> Personal | None:
    alike = SOME if len(column.counts) > FEW_WORDS else MANY
    shares: tuple[tuple[_Guess, float, float, str], ...] = (
        (RESIDENT_ID, column.share(resident_id_is_valid), FEW, "identity numbers"),
        (MOBILE, column.share(mobile_is_valid), SOME, "mobile numbers"),
        (BANK_CARD, column.share(lambda text: text[0] in "3456" and len(text) > 14 and bank_card_is_valid(text)), MANY, "card numbers"),
        (SENSITIVE, column.share(lambda text: bool(_MAIL.fullmatch(text))), SOME, "mail addresses"),
        (ADDRESS, column.share(lambda text: len(text) >= 8 and bool(_ADDRESS.search(text))), MANY, "addresses"),
        (NAME, column.share(lambda text: bool(_NAME.fullmatch(text))), alike, "names of people"),
    )
    for guess, share, enough, what in shares:
        if share >= enough:
            return Personal(*guess, why=f"{share:.0%} of the values look like {what}")
    return None
