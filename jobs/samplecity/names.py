"""Made-up names of persons, firms, places and goods: the surnames say that nobody is meant."""

from random import Random

SURNAMES = "样例虚拟仿"
# 𬭚 and 㛃 lie outside GBK: four bytes each in GB18030.
GIVEN = "川禾岚屿舟澄棠霁朔楠岑溪柏沐苇珩𬭚㛃"
FIRM_SYLLABLES = "海津云帆河谷星港蓝石北辰东岸远山青禾长风"
FIRM_TRADES = ("精密机械", "冷链物流", "生物科技", "信息技术", "食品", "新材料", "建筑工程", "餐饮管理", "国际贸易", "环保设备")
STREETS = ("样板道", "示例路", "虚构街", "拟定里", "仿真大街")


def make_person(random: Random) -> str:
    """A surname that says "sample", and one or two given characters."""
    return random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.randint(1, 2)))


def make_firm(random: Random, place: str = "天津") -> str:
    """A firm's name, full-width brackets in some."""
    core = "".join(random.choices(FIRM_SYLLABLES, k=3))
    bracket = "（样例）" if random.random() < 0.1 else "样例"
    return f"{place}{core}{bracket}{random.choice(FIRM_TRADES)}有限公司"


def make_address(random: Random, district: str = "") -> str:
    """A house in a street that is not there; some hold the delimiter of an ordinary CSV file."""
    gap = ", " if random.random() < 0.05 else ""
    return f"天津市{district}{random.choice(STREETS)}{random.randint(1, 300)}号{gap}{random.randint(1, 30)}门{random.randint(101, 2505)}室"
