"""English names of places and organisations: a table of examples, and what holds for every name."""

import csv
import gzip
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.methods.language.place_names import english_organisation, english_place, romanised

PLACES = (
    ("朝阳区", "district", "Chaoyang District"),
    ("北京市", "city", "Beijing"),
    ("垡头街道", "street", "Fatou Sub-district"),
    ("崔各庄地区", "street", "Cuigezhuang Area"),
    ("于家务回族乡", "street", "Yujiawu Hui Township"),
    ("张镇", "street", "Zhangzhen Town"),
    ("大栅栏街道", "street", "Dashilan Sub-district"),
    ("什刹海街道", "street", "Shichahai Sub-district"),
    ("长阳镇", "street", "Changyang Town"),
    ("十里堡镇", "street", "Shilipu Town"),
    ("北京经济技术开发区", "street", "Beijing Jingji Jishu Kaifaqu"),
    ("双合家园社区居委会", "community", "Shuanghe Jiayuan Community"),
    ("双合家园社区居民委员会", "community", "Shuanghe Jiayuan Community"),
    ("安华里社区", "community", "Anhuali Community"),
    ("望都家园社区居委会", "community", "Wangdu Jiayuan Community"),
    ("定慧北里第一社区居委会", "community", "Dinghui Beili No. 1 Community"),
    ("西罗园第十二社区", "community", "Xiluoyuan No. 12 Community"),
    (
        "复兴门外大街甲7号院社区居委会",
        "community",
        "Fuxingmenwai Dajie No. Jia 7 Court Community",
    ),
    ("吴庄村委会", "village", "Wuzhuang Village"),
    ("田村村委会", "village", "Tiancun Village"),
    ("王村", "village", "Wangcun Village"),
    ("吕家营", "compound", "Lüjiaying"),
    ("华严北里小区", "compound", "Huayan Beili Compound"),
    ("西安里", "compound", "Xi'anli"),
    ("柏林爱乐二期", "compound", "Bolin'aile Phase 2"),
    ("三里屯SOHO", "compound", "Sanlitun SOHO"),
    ("富力城A区", "compound", "Fulicheng A Qu"),
    ("4号楼", "building", "Building 4"),
    ("2单元", "entrance", "Entrance 2"),
    ("Queens 03", "community", ""),
)
ORGANISATIONS = (
    ("垡头街道办事处", "Fatou Sub-district Office"),
    ("崔各庄地区办事处", "Cuigezhuang Area Office"),
    ("朝阳区人民政府", "Chaoyang District People's Government"),
    ("朝阳区城市管理委员会", "Chaoyang District Chengshi Guanli Weiyuanhui"),
    ("双合家园社区居民委员会", "Shuanghe Jiayuan Community Residents' Committee"),
    ("双合家园社区服务站", "Shuanghe Jiayuan Community Service Station"),
    ("和木物业服务有限公司（虚构）", "Hemu Property Services Co., Ltd. (invented)"),
    ("朝阳区", "Chaoyang District"),
    ("华严北里小区", "Huayan Beili Compound"),
    ("12345 市民热线", "12345 Citizens' Hotline"),
    ("Green Fingers", ""),
)


@pytest.mark.parametrize(("name", "level", "english"), PLACES)
def test_a_place_is_spelled_by_the_rule(name: str, level: str, english: str) -> None:
    assert english_place(name, level) == english


@pytest.mark.parametrize(("name", "english"), ORGANISATIONS)
def test_an_organisation_is_spelled_by_the_rule(name: str, english: str) -> None:
    assert english_organisation(name) == english


def test_every_district_and_street_and_community_of_beijing_is_spelled_whole() -> None:
    data = files("linli.territory").joinpath("data")
    streets = data.joinpath("streets.csv").read_text("utf-8-sig").splitlines()
    packed = gzip.decompress(data.joinpath("communities.csv.gz").read_bytes())
    communities = packed.decode("utf-8-sig").splitlines()
    known = [(row["name"], "street") for row in csv.DictReader(streets)]
    known += [(row["name"], "community") for row in csv.DictReader(communities)][::7]
    for name, level in known:
        english = english_place(name, level)
        assert re.fullmatch(r"[A-Z0-9][A-Za-zü0-9 .,'()-]+", english), (name, english)
        assert len(english) <= 100, name


@given(st.text(alphabet="双合家园一二三十第区期里号院楼甲0123456789AB（） 路街村社", max_size=16))
def test_any_name_can_be_spelled(name: str) -> None:
    assert "  " not in romanised(name)
    assert english_place(name, "compound") == english_place(name, "compound").strip()
