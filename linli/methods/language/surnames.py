"""Chinese surnames, and what begins or ends like a name and is none."""

import re

COMPOUND = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|长孙|宇文|端木|"
    "独孤|南宫|轩辕|鲜于|申屠|闻人|呼延"
)
SINGLE = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
    "魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎"
    "易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄"
    "辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司"
    "柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕"
    "郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗"
    "匡宗应台巫鞠僧桑荆谌银扬明沙伏岑习胥保和蔺"
)
TITLE = re.compile(
    "先生|女士|小姐|太太|同志|师傅|老师|大夫|医生|大爷|大妈|大叔|大姐|大哥|阿姨|"
    "奶奶|爷爷|叔叔|经理|主任|某某|某"
)
"""What follows a surname where the given name is left out: 王女士, 李师傅."""
SELDOM = frozenset(
    "连和全管从应位都来台花查安时单成满明平水于经解向计由关包房车路边党金万何扬老沙米冷练井衣席乐木"
)
"""Surnames that begin more words than names: taken for one only where a name is due."""
NO_NAME = re.compile(
    "高中生|高三|高层|高级|高龄|安全|安保|方便|于是|万一|万分|何时|何处|何况|单身|"
    "单独|单亲|成年|明年|明天|时常|全家|全职|全部|常年|和谐|和平|温馨|华润|龙湖|"
    "金融|金地|白天|白领|江苏|江西|江南|温州|郑州|徐州|常州|石景山|连续|应该|应届|"
    "关于|管理|管家|包工头|包括|严重|房东|房客|车主|马上|马路|党员|司机|边上|项目|"
    "原住|原本|简直|强烈|左右|商户|商家|都是|都市|文员|武警|花店|易地|施工|石油|"
    "毛坯|孔雀|牛街|游客|解决|向来|路过|路人|计划|曾经|银行|保安|保洁|官方|许可|"
    "安危|孙子|陈述|查明|谢谢|谢意|钱财|温水|卫生|时候|景区|古稀|蓝天|连锁|经常"
)
"""Words that begin with a surname and are no name."""
NO_LAST = frozenset(
    "堆山沟坡屯人民户员者们村区县市镇乡街路巷园苑楼城店院厂校里庄社司位处所局部队站河湾边围体常科达"
)
"""Last characters of what a surname may begin without being a name: 江西人, 安贞里, 方庄, 周边."""


def surname_of(run: str) -> str:
    """Return the surname that a run of Chinese characters begins with, or the empty string."""
    if (compound := COMPOUND.match(run)) is not None:
        return compound[0]
    return run[:1] if run[:1] in SINGLE else ""
