"""The profiles that Linli brings along. Limits are rows; a city adds versions of its own.

Sources, read 2026-11: the handling limits 2 h / 24 h / 7 d / 15 d as quoted for Beijing's 12345 (press,
2021-12, of a draft of the city's service standard); five working days: Jinan's regulation of 2018-07-27
and Weifang's of 2021-12-06. Every first-contact limit and the epidemic profile are our defaults. Beijing's
regulation of 2021-09-24 (article 13) leaves the limits to the city's office.
"""

from dataclasses import dataclass

from linli.cases.clocks.choices import ClockCode
from linli.cases.clocks.rules import DEFAULT_TIMES, Limits
from linli.methods.clocks import Limit, Unit


@dataclass(frozen=True)
class Shipped:
    """A profile as it comes with the product, its version 1."""

    code: str
    name: str
    name_en: str
    basis: str
    basis_en: str
    classes: dict[ClockCode, Limits]
    times: str = DEFAULT_TIMES


def _limits(first: int, first_unit: Unit, handling: int, unit: Unit) -> Limits:
    return Limits(Limit(first, first_unit), Limit(handling, unit))


_EMERGENCY = _limits(15, Unit.MINUTE, 2, Unit.HOUR)
_FIVE_DAYS = _limits(1, Unit.WORKING_DAY, 5, Unit.WORKING_DAY)
_MEASURES = _limits(30, Unit.MINUTE, 24, Unit.HOUR)

DEFAULT = "bj-default"
SHIPPED = (
    Shipped(
        DEFAULT,
        "北京常用时限",
        "Beijing, as commonly quoted",
        "办理时限 2 小时、24 小时、7 天、15 天为 12345 常见说法（2021 年 12 月媒体对服务标准草案的报道）；"
        "首次联系时限为邻里默认值。《北京市接诉即办工作条例》第十三条将时限交由市级工作机构规定。",
        "Handling limits of 2 h, 24 h, 7 d and 15 d as commonly quoted for 12345 (press, December 2021, on a "
        "draft of the service standard); first-contact limits are Linli's default. Article 13 of Beijing's "
        "regulation leaves the limits to the city's office.",
        {
            ClockCode.EMERGENCY: _EMERGENCY,
            ClockCode.LIVELIHOOD: _limits(2, Unit.HOUR, 24, Unit.HOUR),
            ClockCode.NORMAL: _limits(24, Unit.HOUR, 7, Unit.DAY),
            ClockCode.COMPLEX: _limits(24, Unit.HOUR, 15, Unit.DAY),
            ClockCode.INQUIRY: _limits(1, Unit.WORKING_DAY, 1, Unit.WORKING_DAY),
        },
    ),
    Shipped(
        "sd-5wd",
        "五个工作日",
        "Five working days",
        "《济南市12345市民服务热线条例》（2018-07-27）、《潍坊市12345政务服务便民热线条例》（2021-12-06）"
        "规定五个工作日；紧急类仍按 2 小时，首次联系时限为邻里默认值。",
        "Five working days by Jinan's regulation of 2018-07-27 and Weifang's of 2021-12-06; emergencies keep "
        "two hours, first-contact limits are Linli's default.",
        {
            ClockCode.EMERGENCY: _EMERGENCY,
            ClockCode.LIVELIHOOD: _FIVE_DAYS,
            ClockCode.NORMAL: _FIVE_DAYS,
            ClockCode.COMPLEX: _FIVE_DAYS,
            ClockCode.INQUIRY: _FIVE_DAYS,
        },
    ),
    Shipped(
        "epidemic",
        "疫情时限",
        "Epidemic",
        "疫情相关诉求：30 分钟内联系，咨询 2 小时内答复，需处置的 24 小时内办结。邻里默认值。",
        "Matters of the epidemic: contact within 30 minutes, questions answered within 2 hours, measures taken "
        "within 24. Linli's default.",
        {
            ClockCode.EMERGENCY: _EMERGENCY,
            ClockCode.LIVELIHOOD: _MEASURES,
            ClockCode.NORMAL: _MEASURES,
            ClockCode.COMPLEX: _MEASURES,
            ClockCode.INQUIRY: _limits(30, Unit.MINUTE, 2, Unit.HOUR),
        },
    ),
)
