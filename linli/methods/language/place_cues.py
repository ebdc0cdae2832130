"""What stands before and behind the name of a place, and says whether it is meant. Text in written form."""

import re

TAIL = re.compile(
    r"[0-9]|[一二三四五六七八九十甲乙丙丁]+(?:号|栋|楼|座|单元|区|门|院|期|层|幢|排|组|社)|[东西南北](?:门|院|侧|边|口|区|墙)|[a-z](?:座|栋|区|号|楼)"
    r"|正门|后门|大门|小区|门口|门前|附近|旁|对面|里面|院内|院里|楼|地下|车库|停车场|物业|居民|业主|住户|这边|这里|这儿|那边|辖区|的|有|内|里|、"
)
"""What may follow a whole name: a house number, a side, a part, who lives there."""
OTHER = re.compile(
    "小学|中学|大学|学校|幼儿园|医院|卫生|公园|大厦|酒店|宾馆|饭店|商场|超市|派出所|广场|市场|公司|银行|地铁|车站|站|大街|街|路|桥|胡同|巷|厂|店|商城|影院|剧院|工业|产业|科技|立交|机场|大桥|[东西南北中](?:街|路|胡同|巷)"
)
"""What makes another name of a name: the school of a place may lie elsewhere."""
LEAD = re.compile(
    r"(?:在|住|是|我们|反映|位于|地点|住址|问问|地址|到|去|叫|从|的|于|咱|家|我|投诉|本人|关于|就是|我家|他们|说|为|往|向|离|靠近|对|由|来自|及|和|与|至| |区|县|市|街道|镇|乡|地区|号|院|楼|路|街|北京)$"
)
"""What may stand before a name without being part of it."""
ORDINARY = re.compile(
    r"[东西南北中前后大小](?:门口?|门外|大街|边|口|路|街|院|区|楼|房子?|桥头|小区|村)|.{1,3}[东西南北]门"
    r"|教育部|建设部|卫生部|水泥厂|砖厂|商业街|新农村|新天地|商务区|科技园|新房子|中心[村区]|风景线|飞机场|厂门口|三岔口|发电站|生态园|公园北"
    r"|花园[村楼]|农科院|中科院|电信局|[一二三四五六七八九十]+条|[东西南北]?[东西南北]路?[一二三四]?|城市广场|.{2}大学|肿瘤医院|玻璃公司|文化传播"
    r"|(?:幸福|理想|和谐|绿色|阳光|国际|青年|城市|现代|铁路|果园|电信|东方|滨河|公安局|水利局|中央)(?:家园|花园|公寓|小区|宿舍|之光|生活|广场|公园)"
    r"|体育总局|朝阳公园|新世界|机场|车站|学校|医院|市场|派出所|电影院|体育场|宿舍|家属[院楼]"
)
"""Names that are ordinary words too: they mean a place where its kind or what is around it is said."""
TWO = re.compile(
    r"(?!花园|嘉园|家园|景园|校园|田园|公园|果园|陵园|菜园|乐园|名苑|学苑|新城|县城|全城|小城|东城|西城|商城|城里|村里|家里|院里|屋里|山庄|村庄|农庄"
    r"|[本全我该农乡邻新旧老山城]村|邻居|民居|旧居|新居|家庭|法庭|政府|市府|省府|王府|经营|民营|国营|军营)[\u4e00-\u9fff][园苑里庄村寺坊府城湾居轩庭阁郡营屯]"
)
"""Names of two characters that are hardly anything else."""
DOOR = re.compile(
    r"[0-9一二三四五六七八九十]+(?:号|栋|楼|座|单元)|[东西南北](?:门|院|侧)|小区|正门|门口"
)
"""A door, a building or a side: what stands before is a place."""
SIDE = re.compile(r"[东西南北][门侧边]")
"""A side of a place, which is no part of a longer name: 里北门."""
ROAD = re.compile("[东西南北中]?(?:大街|街|路|胡同|桥|立交|高架)|地铁|公交|车站|站")
"""A road or a station of that name goes on past the place."""
NOT = re.compile(r"(?:不是|并非|不在|不属于|不属|而非|不归|别去|没在|不到|不是在|不是去)$")
"""Before a name that is not meant."""
PASSED = re.compile(r"(?:路过|经过)[^ ]{0,2}$")
"""Before a place that somebody merely passed."""
FROM = re.compile(r"从[^ ]{0,5}$")
"""Before a place somebody came from, with `ONWARD` behind it."""
ONWARD = re.compile(r"^(?:[^ ]{0,4}?)(?:搬|到|往|去|出发|过来|回)")
FORMER = re.compile(
    r"(?:原来|原先|以前|之前|曾经|曾|旧名|原名|过去|早先|老早|从前|原)(?:是|叫|住|住在|在|叫做|称|名)?[^ ]{0,2}$"
)
"""Before a name that is no longer used, or a place somebody left."""
HERE = re.compile(
    r"(?:现在?叫|改名[为叫]?|改叫|现名|现在(?:住|是|在|搬到)|如今(?:叫|住在?|在)|搬(?:到|进|来|去)|实际(?:上)?(?:是|在)|其实(?:是|在)|应该?是|而是|是在"
    r"|问题(?:出|发生|是)?(?:在)|发生(?:在|地(?:点)?(?:是|在)?)|事(?:发)?地(?:点)?(?:是|在)?|出事(?:的)?(?:地方|地点)?(?:是|在)|地点(?:是|在|为)?|地址(?:是|为|在)?|位于|位置(?:是|在)?|出(?:问题|事)的是|坏(?:了)?的是|要(?:说|反映|投诉)的是|反映的是|说的是)[^ ]{0,8}$"
)
"""Before the place where the trouble is."""
HOME = re.compile(
    r"(?:我|本人|家|自己)(?:家)?(?:是)?(?:住|在|住在|家住|户口在|租在|是)[^ ]{0,12}$|户口(?:在|是)[^ ]{0,8}$"
)
"""Before a place where somebody merely lives, if another follows."""
ASIDE = re.compile(r"上班|工作|单位|公司在|娘家|婆家|亲戚|朋友|路过|出差|逛|买菜|上学")
"""Beside a place where somebody works, shops or has relatives."""
TURN = re.compile(r"但是|但|可是|不过|却|然而|只是|其实")
"""What turns from one place to the one that is meant."""
BESIDE = re.compile(
    r"^(?:小区)?(?:[东西南北]门)?(?:旁边|附近|对面|隔壁|后面|前面|斜对面|旁|往[东西南北])的?"
)
"""Behind a place that only says where another one lies."""
