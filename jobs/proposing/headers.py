"""What the words of a header say of its column: a code, a quantity, a count, a text, a person's own."""

import re
import unicodedata

# Words at a header's end, and for headers in Latin letters its last word: English, or the initials of the Chinese.
_ENDINGS = {
    "code": (
        "代码|编码|编号|号码|号|代号|类型|类别|种类|等级|级别|状态|方式|性别|标志|标识|行业|区划|邮编|环节|渠道|来源|结果|原因|种|区|街道",
        "id|no|code|num|number|bh|dm|lx|lb|zt|hm|xh|type|kind|class|state|status|step|channel|result|source|pripid|zip",
    ),
    "count": ("数|次数|人数|户数|件数|张数|评分|得分|年龄|口径", "count|cnt|qty|photos|sl|rs|score|age|evaluation"),
    "quantity": (
        "量|额|金额|价|费|率|税|款|金|收入|支出|余额|面积|容量|重量|长度|温度|读数|起码|止码|经度|纬度|坐标[XY]|合计|资本|比例|占比",
        "amount|sum|total|price|fee|rate|tax|area|weight|capacity|quantity|temperature|lon|lng|lat|longitude|latitude|reading|je|cap",
    ),
    "moment": ("日期|时间|日|时刻|年月日|期|期限|时限|自|至", "date|time|at|day|rq|sj|from|to"),
    "narrative": (
        "备注|说明|描述|内容|事由|事实|情况|经过|意见|范围|摘要|依据",
        "remark|remarks|note|notes|desc|description|content|memo|bz|nr|sm|scope|opscope|sy",
    ),
}
_BRACKETS = re.compile(r"[（(【\[].*?[)）】\]]")


def says(header: str, what: str) -> bool:
    """Whether the header's last word is one of these: code, count, quantity, moment, narrative."""
    chinese, latin = _ENDINGS[what]
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", header)).strip()
    return bool(re.search(f"(?:{chinese})$", plain)) or words(header)[-1:] in [[word] for word in latin.split("|")]


def words(header: str) -> list[str]:
    """The header's Latin words in lower case: `ROOM_NO` and `roomNo` are room and no. Empty for a header without any."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", header))
    return [word.lower() for word in re.findall("[A-Za-z]+[0-9]*|[0-9]+", parted)] if parted.isascii() else []
